import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample } from '../src/settings/settings.ts';

writeFileSync(join(import.meta.dirname, '../.env.example'), environmentExample());
