import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src/domain/errors.ts';
import { AnswerRecord, type RecordedAnswer } from '../answer-record.ts';
import { readPlan } from '../reports/read-run.ts';
import type { LoadedSuite } from '../suite.ts';
import { runFiles } from '../summary.ts';
import { type Extent, readLines } from './append-log.ts';

/** Answers of an earlier run, given again in place of asking. */
export interface Recordings {
  /** Of the target that gave them. */
  readonly identity: string;
  answer(key: string): Promise<RecordedAnswer | null>;
  close(): Promise<void>;
}

/**
 * Opens the suite's recordings, which are the folder of an earlier run. Throws INVALID_REQUEST when it has none, and RECORDING_MISSING when they are
 * of a target with another configuration.
 */
export async function openRecordings(suite: LoadedSuite, configuration: string): Promise<Recordings> {
  const { recordings: folder } = suite;
  if (folder === undefined)
    throw new AppError('INVALID_REQUEST', 'There is nothing to replay.', {
      errors: [{ field: `${suite.file}, recordings`, expected: 'the folder of an earlier run', received: 'nothing' }],
    });
  const { target } = await readPlan(folder);
  if (!target.identity.startsWith(configuration))
    throw new AppError('RECORDING_MISSING', `The recordings in ${folder} are of a target with another configuration.`, {
      errors: [{ field: 'target', expected: configuration, received: target.identity }],
    });
  const path = join(folder, runFiles.answers);
  const places = new Map<string, Extent>();
  for await (const { text, ...place } of readLines(path)) {
    const { key, answer } = AnswerRecord.parse(JSON.parse(text));
    if (answer) places.set(key, place);
  }
  const file = await open(path, 'r');
  return {
    identity: target.identity,
    async answer(key) {
      const place = places.get(key);
      if (!place) return null;
      const { buffer } = await file.read(Buffer.allocUnsafe(place.length), 0, place.length, place.offset);
      return AnswerRecord.parse(JSON.parse(buffer.toString('utf8'))).answer;
    },
    close: () => file.close(),
  };
}
