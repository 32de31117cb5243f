import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { AnswerMode } from '../domain/answer.ts';
import type { TenantId } from '../domain/ids.ts';
import { openFootnote } from '../main.ts';
import { createEvalTarget } from './eval-target.ts';

type Target = ReturnType<typeof createEvalTarget>;

export type OpenTarget = (purpose: string, mode?: AnswerMode) => Promise<Target & { remove(): Promise<void> }>;

/** Throwaway tenants, which a target may remove before the end; without DATABASE_URL in a throwaway folder too, so that a server may keep running on the usual one. */
export async function openEvalTargets(config: Config, name: string, stack: AsyncDisposableStack): Promise<OpenTarget> {
  const dataDir = await mkdtemp(join(tmpdir(), 'footnote-eval-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const footnote = await openFootnote({
    ...config,
    dataDir,
    cores: Math.max(1, config.cores - 1),
    objects: config.objects.kind === 'folder' ? { kind: 'folder', path: join(dataDir, 'objects') } : config.objects,
    logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel,
  });
  stack.defer(() => footnote.close());
  const remove = async (id: TenantId) => {
    await footnote.stores.identities.removeTenant(id);
  };
  const createTenant = async (purpose: string) => {
    const tenant = await footnote.stores.identities.createTenant(`${purpose} of ${name}`.slice(0, 200));
    stack.defer(() => remove(tenant.id));
    return tenant.id;
  };
  return async (purpose, mode) => {
    const tenantId = await createTenant(purpose);
    const target = createEvalTarget(footnote, tenantId, { mode, createTenant });
    return { ...target, remove: () => remove(tenantId) };
  };
}
