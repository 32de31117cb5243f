import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentExample } from '../src/config.ts';

writeFileSync(join(import.meta.dirname, '../.env.example'), environmentExample());
