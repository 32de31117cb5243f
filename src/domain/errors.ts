export interface ErrorSpec {
  readonly status: number;
  readonly title: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  /** What the reader of the error should do; the documentation page opens with it. */
  readonly remedy: string;
}

/** The one table of error codes: HTTP statuses, problem titles and the pages in docs/errors/ come from it. */
export const errorSpecs = {
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    remedy: 'Correct the fields that `errors` lists; each entry says what was expected and what was received.',
  },
  INVALID_JSON: {
    status: 400,
    title: 'The body is not JSON',
    retryable: false,
    remedy: 'Send a body that parses as JSON, encoded in UTF-8, with `Content-Type: application/json`.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'A credential is missing or not valid',
    retryable: false,
    remedy:
      'Send `Authorization: Bearer fn_…` with a key that is not revoked (`footnote keys create`), or sign in with the link that `footnote serve` prints.',
  },
  FORBIDDEN: {
    status: 403,
    title: 'The credential does not permit this',
    retryable: false,
    remedy: 'Use a key with the scope that the route needs; `footnote keys list` shows scopes.',
  },
  MODEL_NOT_ALLOWED: {
    status: 403,
    title: 'The tenant does not allow this model',
    retryable: false,
    remedy:
      'Ask for a model that `errors` names, or leave `model` out; an administrator sets the list with `footnote settings set models=…`.',
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    title: 'The request comes from another site',
    retryable: false,
    remedy:
      'Open the page at the address that `footnote serve` prints, or set PUBLIC_URL to the address under which it is served.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is nothing under this address',
    retryable: false,
    remedy:
      'Check the identifier and the tenant of the key; what another tenant owns looks the same as what does not exist.',
  },
  MODEL_NOT_FOUND: {
    status: 404,
    title: 'There is no model of this name',
    retryable: false,
    remedy: 'Ask for the model `footnote`, or for one that `GET /v1/models` lists.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The route does not take this method',
    retryable: false,
    remedy: 'See /docs for the methods of each route.',
  },
  CONFLICT: {
    status: 409,
    title: 'The state does not allow this',
    retryable: false,
    remedy: 'Read the current state first; `detail` names it.',
  },
  BACKUP_DAMAGED: {
    status: 422,
    title: 'The file is not a whole backup',
    retryable: false,
    remedy:
      'Use another copy, or an earlier backup. Nothing was changed; `footnote backup` leaves no such file behind.',
  },
  TOO_FEW_JUDGEMENTS: {
    status: 409,
    title: 'Too few questions are judged',
    retryable: false,
    remedy:
      'Rate answers up whose quotes are right (`POST /v1/answers/{id}/feedback`, or below an answer on the page); `footnote ranker show` counts the judged questions.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    title: 'The idempotency key was used for another request',
    retryable: false,
    remedy: 'Use a new `Idempotency-Key` for each different request.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    title: 'The body is too large',
    retryable: false,
    remedy: 'Split the file, or raise MAX_FILE_BYTES if the machine has room for it.',
  },
  QUESTION_TOO_LONG: {
    status: 413,
    title: 'The question is longer than the search by meaning reads',
    retryable: false,
    remedy:
      'Ask in fewer words, or choose an embedder that reads more. The search by words has read all of it, the search by meaning the sentences that ask and the first of the others.',
  },
  CONVERSATION_TOO_LONG: {
    status: 413,
    title: 'The conversation is longer than a follow-up is read with',
    retryable: false,
    remedy:
      'Name in the question what it is about, or begin a new conversation. The follow-up was read with the newest turns alone.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'The body has a type that this route does not take',
    retryable: false,
    remedy: 'Send `application/json`, or `multipart/form-data` where files are taken.',
  },
  RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    retryable: true,
    remedy: 'Wait as long as `Retry-After` says.',
  },
  INTERNAL: {
    status: 500,
    title: 'Something failed inside Footnote',
    retryable: true,
    remedy: 'Try again; if it stays, look for `requestId` in the log of the server.',
  },
  STORAGE_UNAVAILABLE: {
    status: 503,
    title: 'The store of raw files does not answer',
    retryable: true,
    remedy:
      'Wait and try again. For an operator: check OBJECTS_URL (address, bucket, keys, region); what is queued waits and goes on by itself.',
  },
  STORAGE_FULL: {
    status: 507,
    title: 'The disk is full',
    retryable: true,
    remedy:
      'Free room on the disk that holds DATA_DIR, or what the message names; nothing was half-written. Then try again.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    title: 'The database does not answer',
    retryable: true,
    remedy: 'Check that the database of DATABASE_URL runs and accepts connections; Footnote reconnects by itself.',
  },
  INDEX_UNAVAILABLE: {
    status: 503,
    title: 'The search index does not answer',
    retryable: true,
    remedy: 'Try again; `/readyz` shows the state of each part.',
  },
  TOKEN_LIMIT_REACHED: {
    status: 503,
    title: 'The answer has used up its tokens',
    retryable: false,
    remedy:
      'Raise `answerTokens` with `footnote settings set answerTokens=…`; until then the extractive answerer takes over.',
  },
  MODEL_UNAVAILABLE: {
    status: 503,
    title: 'The model server does not answer',
    retryable: true,
    remedy:
      'Check OPENAI_BASE_URL (for a reranker RERANK_URL or COHERE_BASE_URL) and that the server runs; `footnote doctor` asks it.',
  },
  MODEL_REJECTED_KEY: {
    status: 502,
    title: 'The model server rejects the key',
    retryable: false,
    remedy: 'Set OPENAI_API_KEY (for a reranker RERANK_API_KEY or COHERE_API_KEY) to a key that the server accepts.',
  },
  MODEL_RATE_LIMITED: {
    status: 503,
    title: 'The model server limits the rate',
    retryable: true,
    remedy: 'Wait, or raise the limit of the account at the provider.',
  },
  MODEL_BAD_RESPONSE: {
    status: 502,
    title: 'The model server sent something unreadable',
    retryable: true,
    remedy:
      'Check that OPENAI_BASE_URL speaks the OpenAI protocol and that CHAT_MODEL exists there; for a reranker, RERANK_URL, RERANK_FORMAT, RERANK_SCORES and RERANK_MODEL.',
  },
  DEADLINE_EXCEEDED: {
    status: 504,
    title: 'It took too long',
    retryable: true,
    remedy: 'Try again; if it stays, look at `timings` for the slow step.',
  },
  ANSWER_STOPPED: { status: 409, title: 'The answer was stopped', retryable: false, remedy: 'Ask again.' },
  SERVER_STOPPING: { status: 503, title: 'The server is stopping', retryable: true, remedy: 'Ask again in a moment.' },
  SIGN_IN_LINK_USED: {
    status: 401,
    title: 'The sign-in link is used or expired',
    retryable: false,
    remedy: 'Restart `footnote serve` for a new link; each works once.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    title: 'The file is too large',
    retryable: false,
    remedy: 'Split the file, or raise MAX_FILE_BYTES if the machine has room for it.',
  },
  FILE_TYPE_UNSUPPORTED: {
    status: 415,
    title: 'Files of this type are not read',
    retryable: false,
    remedy:
      'Convert the file to one of the formats of docs/guide/formats.md; pictures and scans need UNSTRUCTURED_URL.',
  },
  FILE_ENCRYPTED: {
    status: 422,
    title: 'The file is protected by a password',
    retryable: false,
    remedy: 'Remove the password and ingest the file again.',
  },
  FILE_CORRUPT: {
    status: 422,
    title: 'The file is damaged or cut off',
    retryable: false,
    remedy: 'Open the file in its own program, save it anew and ingest it again.',
  },
  FILE_EMPTY: {
    status: 422,
    title: 'The file holds no text',
    retryable: false,
    remedy: 'Scanned pages need text recognition first; an empty file needs content.',
  },
  FILE_SUSPICIOUS: {
    status: 422,
    title: 'The file unpacks to far more than its size',
    retryable: false,
    remedy: 'Check where the file comes from; archives built to exhaust memory are refused.',
  },
  FILE_TAKES_TOO_LONG: {
    status: 422,
    title: 'Reading the file took too long or too much memory',
    retryable: false,
    remedy: 'Split the file, or convert it to plain text.',
  },
  FILE_UNREADABLE: {
    status: 422,
    title: 'The file cannot be opened',
    retryable: false,
    remedy: 'Check that the path exists and that the user running Footnote may read it.',
  },
  URL_NOT_ALLOWED: {
    status: 422,
    title: 'This address may not be fetched',
    retryable: false,
    remedy:
      'Only http and https addresses on the public internet are fetched; an operator adds others with FETCH_ALLOWED_HOSTS, or upload the page as a file.',
  },
  URL_UNREACHABLE: {
    status: 422,
    title: 'The address could not be fetched',
    retryable: true,
    remedy: 'Open the address in a browser; `detail` says what came back.',
  },
  CONFIGURATION_INVALID: {
    status: 500,
    title: 'A setting has a wrong value',
    retryable: false,
    remedy: 'Correct the variable that is named; .env.example lists all of them.',
  },
  DATA_DIR_IN_USE: {
    status: 409,
    title: 'Another process holds the data folder',
    retryable: false,
    remedy: 'Stop the other process, or choose another folder with DATA_DIR.',
  },
  PORT_IN_USE: {
    status: 409,
    title: 'The port is taken',
    retryable: false,
    remedy: 'Choose another one with PORT, or stop the program that holds it.',
  },
  TARGET_UNAVAILABLE: {
    status: 503,
    title: 'The system that the suite asks does not answer',
    retryable: true,
    remedy:
      'Check that it runs at the address that `target` of the suite names, and EVAL_TARGET_KEY; then run the suite again with `--resume`.',
  },
  TARGET_BAD_RESPONSE: {
    status: 502,
    title: 'The system that the suite asks sent something unreadable',
    retryable: false,
    remedy:
      'Compare `target` of the suite with what the system expects and answers: its address, `body`, and the paths under `answer`, `sources` and `refused`.',
  },
  RUN_FOLDER_IN_USE: {
    status: 409,
    title: 'Another run writes into this folder',
    retryable: true,
    remedy: 'Wait until it has ended, or choose another folder with `--out`.',
  },
  RECORDING_MISSING: {
    status: 404,
    title: 'The recordings hold no answer to this case',
    retryable: false,
    remedy:
      'Record again where the target can be asked: run the suite with `--cache off --out` a new folder, and put that in the place of `recordings`.',
  },
  SERVER_UNREACHABLE: {
    status: 503,
    title: 'The Footnote server does not answer',
    retryable: true,
    remedy: 'Check FOOTNOTE_URL and that the server runs.',
  },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof errorSpecs;

export const errorCodes = Object.keys(errorSpecs) as ErrorCode[];

/** One wrong input: where it stands, what would be right, what came. */
export interface FieldError {
  readonly field: string;
  readonly expected: string;
  readonly received: string;
}

export interface AppErrorOptions {
  readonly errors?: readonly FieldError[];
  readonly cause?: unknown;
  /** Seconds until a retry makes sense. */
  readonly retryAfter?: number;
}

/**
 * The only error that may reach a user. `detail` is written for them; what an inner library said stays in `cause`,
 * which is logged and never sent.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly retryAfter: number | null;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.retryAfter = options.retryAfter ?? null;
  }

  get spec(): ErrorSpec {
    return errorSpecs[this.code];
  }

  /** Any thrown value as an AppError; unknown ones become INTERNAL, with the original kept as `cause` only. */
  static from(error: unknown): AppError {
    if (error instanceof AppError) return error;
    if (error instanceof DOMException && error.name === 'TimeoutError')
      return new AppError('DEADLINE_EXCEEDED', 'It took longer than it may.', { cause: error });
    if (isNoSpace(error))
      return new AppError('STORAGE_FULL', 'There is no room left on the disk that holds the data folder.', {
        cause: error,
      });
    return new AppError('INTERNAL', 'An unexpected error occurred. The log of the server has the cause.', {
      cause: error,
    });
  }
}

const sqliteFull = 13;

/** Of the operating system, of Postgres, of SQLite. */
function isNoSpace(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return code === 'ENOSPC' || code === '53100' || errcode === sqliteFull;
}

const errorsShown = 50;
const errorsInDetail = 5;
const longestField = 100;

/** INVALID_REQUEST with an entry for each wrong field; `where` names what holds an error without a field. */
export function invalidRequest(errors: readonly FieldError[], where = 'body'): AppError {
  const shown = errors.slice(0, errorsShown).map(({ field, ...rest }) => ({
    field: field.length > longestField ? `${field.slice(0, longestField - 1)}…` : field,
    ...rest,
  }));
  const detail = shown
    .slice(0, errorsInDetail)
    .map(({ field, expected, received }) => `${field || where}: expected ${expected}, received ${received}`);
  return new AppError('INVALID_REQUEST', `${detail.join('; ')}.`, { errors: shown });
}

/** What came, short enough for an error: texts and numbers as they are, the rest by its kind. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 60 ? `${value.length} characters` : JSON.stringify(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' ? 'an object' : String(value);
}
