import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createApp } from '../src/server/app.ts';
import { openApiDocument } from '../src/server/openapi.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import { fakePort } from '../test/fake-port.ts';

export const openApiFile = resolve(import.meta.dirname, '../docs/openapi.json');

/** The OpenAPI document of the routes; they are registered, not called. */
export function openApiText(): string {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  const { app } = createApp({
    version,
    publicUrl: null,
    host: '127.0.0.1',
    identities: fakePort('identities'),
    answers: fakePort('answers'),
    documents: fakePort('documents'),
    curatedAnswers: fakePort('curatedAnswers'),
    metadataFields: fakePort('metadataFields'),
    jobs: fakePort('jobs'),
    idempotency: fakePort('idempotency'),
    glossary: fakePort('glossary'),
    tenantSettings: fakePort('tenantSettings'),
    audit: fakePort('audit'),
    submit: fakePort('submit'),
    log: fakePort('log'),
    answerQuestion: () => {
      throw new Error('No question is asked here.');
    },
    suggestFollowUps: () => Promise.reject(new Error('Nothing is suggested here.')),
    embedder: fakePort('embedder'),
    countTokens: () => 0,
    retrieve: () => Promise.reject(new Error('Nothing is searched here.')),
    termFrequencies: () => Promise.reject(new Error('Nothing is weighed here.')),
    estimateEmbedding: () => Promise.reject(new Error('Nothing is estimated here.')),
    passagesWaiting: () => Promise.reject(new Error('Nothing is counted here.')),
    indexAdministration: fakePort('indexAdministration'),
    rankerAdministration: fakePort('rankerAdministration'),
    makeBackup: fakePort('makeBackup'),
    readinessChecks: [],
    relay: null,
    searchLeaves: () => false,
    onQueued: () => {},
    onSourceQueued: () => {},
    sources: fakePort('sources'),
    sourceTrial: fakePort('sourceTrial'),
    objects: fakePort('objects'),
    model: 'extractive',
    models: ['extractive'],
    answerMode: 'strict',
    maxFileBytes: 1024,
    telemetry: noTelemetry,
    now: () => new Date(),
  });
  return `${JSON.stringify(openApiDocument(app, version), null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(openApiFile, openApiText());
  console.log('docs/openapi.json');
}
