import type { Completion, CompletionSource } from '@codemirror/autocomplete';

/** What the runtime's packages offer that is typed most. docs/packages.md has all of them. */
const PACKAGES: Record<string, string[]> = {
  fastapi: [
    'FastAPI',
    'APIRouter',
    'HTTPException',
    'Query',
    'Path',
    'Body',
    'Header',
    'Cookie',
    'File',
    'Form',
    'UploadFile',
    'Depends',
    'Request',
    'Response',
    'WebSocket',
    'BackgroundTasks',
    'status',
  ],
  'fastapi.responses': [
    'JSONResponse',
    'HTMLResponse',
    'PlainTextResponse',
    'RedirectResponse',
    'StreamingResponse',
    'FileResponse',
  ],
  'fastapi.middleware.cors': ['CORSMiddleware'],
  pydantic: [
    'BaseModel',
    'Field',
    'ConfigDict',
    'EmailStr',
    'HttpUrl',
    'field_validator',
    'model_validator',
  ],
  typing: ['Annotated', 'Any', 'Literal', 'Optional', 'Union'],
  datetime: ['date', 'datetime', 'time', 'timedelta', 'timezone', 'UTC'],
  pathlib: ['Path'],
  collections: ['Counter', 'OrderedDict', 'defaultdict', 'deque'],
  sqlite3: ['connect'],
  httpx: ['AsyncClient', 'Client', 'HTTPError'],
  PIL: ['Image', 'ImageDraw', 'ImageFont'],
  qrcode: ['QRCode'],
  bs4: ['BeautifulSoup'],
  markdown: ['markdown'],
  yaml: ['safe_dump', 'safe_load'],
};
const MODULES = [
  ...Object.keys(PACKAGES),
  'asyncio',
  'base64',
  'csv',
  'functools',
  'hashlib',
  'io',
  'itertools',
  'json',
  'math',
  'random',
  're',
  'secrets',
  'statistics',
  'string',
  'time',
  'uuid',
  'zoneinfo',
];

const options = (labels: string[], type: string): Completion[] =>
  labels.map((label) => ({ label, type }));

/** Modules after `import`, names after `from … import`, and the words of a FastAPI file elsewhere. */
export const complete: CompletionSource = (context) => {
  const name = context.matchBefore(/from\s+([\w.]+)\s+import\s+(?:\w+\s*,\s*)*\w*$/);
  if (name !== null) {
    const module = /from\s+([\w.]+)/.exec(name.text)?.[1] ?? '';
    const word = context.matchBefore(/\w*/);
    return { from: word?.from ?? context.pos, options: options(PACKAGES[module] ?? [], 'class') };
  }
  const module = context.matchBefore(/(?:from|import)\s+[\w.]*$/);
  if (module !== null) {
    const word = context.matchBefore(/[\w.]*/);
    return { from: word?.from ?? context.pos, options: options(MODULES, 'namespace') };
  }
  const word = context.matchBefore(/\w+/);
  if (word === null && !context.explicit) return null;
  const known = [...(PACKAGES.fastapi ?? []), ...(PACKAGES.pydantic ?? [])];
  return { from: word?.from ?? context.pos, options: options(known, 'class'), validFor: /^\w*$/ };
};
