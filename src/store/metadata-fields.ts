import type { TenantId } from '../domain/ids.ts';
import type { MetadataField } from '../domain/metadata.ts';

/** The fields that a tenant declared for its documents. Values are checked against them when a document is registered. */
export interface MetadataFieldStore {
  /** By name. */
  list(tenant: TenantId): Promise<MetadataField[]>;
  /**
   * Declares a field, or describes it anew. Throws CONFLICT when the field has another type and documents hold values of it, or when
   * the tenant has as many fields as it may have.
   */
  declare(tenant: TenantId, field: Pick<MetadataField, 'name' | 'type' | 'description'>): Promise<MetadataField>;
  /** Takes the field and its values from all documents, at once; false when there was none. */
  remove(tenant: TenantId, name: string): Promise<boolean>;
}
