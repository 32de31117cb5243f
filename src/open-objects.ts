import type { ObjectPlace } from './settings/settings.ts';
import { createFileObjects } from './store/objects/files/file-objects.ts';
import { createS3Objects } from './store/objects/s3/s3-objects.ts';
import type { ObjectStore } from './store/objects.ts';

export async function openObjects(place: ObjectPlace): Promise<ObjectStore> {
  return place.kind === 's3' ? createS3Objects(place) : await createFileObjects(place.path);
}
