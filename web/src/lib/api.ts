// One way to talk to the server: JSON in and out, the CSRF header, errors with a text that says what to do next.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly text: string,
    readonly field: string | null = null,
  ) {
    super(text);
    this.name = 'ApiError';
  }
}

let csrf = '';
let onExpired: () => void = () => undefined;
let clockSkewS = 0;

export function setCsrf(token: string): void {
  csrf = token;
}

/** Called once by the app: what to do when the server says that nobody is logged in. */
export function onSessionExpired(act: () => void): void {
  onExpired = act;
}

export function expireSession(): void {
  onExpired();
}

/** Now by the server's clock, so that timers do not lie on a computer whose clock is off. */
export function serverNowS(): number {
  return Date.now() / 1000 + clockSkewS;
}

const SKEW_IGNORED_S = 2; // the Date header has whole seconds

function learnClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(date)) return;
  const skew = date / 1000 + 0.5 - Date.now() / 1000;
  clockSkewS = Math.abs(skew) > SKEW_IGNORED_S ? skew : 0;
}

interface ErrorBody {
  error?: { code?: string; text?: string; field?: string | null };
  detail?: unknown;
}

export function toApiError(status: number, body: ErrorBody | null): ApiError {
  const error = body?.error;
  if (error?.text) return new ApiError(status, error.code ?? 'error', error.text, error.field ?? null);
  if (Array.isArray(body?.detail)) {
    const first = body.detail[0] as { loc?: unknown[]; msg?: string } | undefined;
    const field = first?.loc?.filter((part) => part !== 'body').join('.') ?? null;
    return new ApiError(status, 'invalid', `${field ? `${field}: ` : ''}${first?.msg ?? ''}`, field);
  }
  return new ApiError(status, 'error', `The server answered ${status}. Try again; if it stays so, look at the log.`);
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRF-Token'] = csrf;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    const sent = form ? body : body === undefined ? undefined : JSON.stringify(body);
    response = await fetch(path, { method, headers, body: sent, credentials: 'same-origin' });
  } catch {
    throw new ApiError(0, 'unreachable', 'The server cannot be reached. Check the network; it is tried again.');
  }
  learnClock(response);
  const text = await response.text();
  const json: unknown = text === '' ? null : safeJson(text);
  if (response.ok) return json as T;
  if (response.status === 401 && path !== '/api/session') onExpired();
  throw toApiError(response.status, json as ErrorBody | null);
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const api = {
  get: <T>(path: string) => call<T>('GET', path),
  post: <T>(path: string, body?: unknown) => call<T>('POST', path, body),
  put: <T>(path: string, body: unknown) => call<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown) => call<T>('PATCH', path, body),
  delete: <T>(path: string) => call<T>('DELETE', path),
};

/** Uploads a form; `progress` hears the part sent, 0 to 1. */
export function upload<T>(path: string, form: FormData, progress: (part: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('X-CSRF-Token', csrf);
    request.upload.addEventListener('progress', (event) => event.total > 0 && progress(event.loaded / event.total));
    request.addEventListener('error', () =>
      reject(new ApiError(0, 'unreachable', 'The upload was cut off. Check the network and try again.')),
    );
    request.addEventListener('load', () => {
      const json = safeJson(request.responseText);
      if (request.status < 300) resolve(json as T);
      else reject(toApiError(request.status, json as ErrorBody | null));
    });
    request.send(form);
  });
}

/** `?a=1&b=2` of what is set. */
export function query(parameters: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

/** Lists come as an array or as a page with `rows`. */
export async function getRows<Row>(path: string): Promise<Row[]> {
  const answer = await api.get<Row[] | { rows: Row[] }>(path);
  return Array.isArray(answer) ? answer : answer.rows;
}
