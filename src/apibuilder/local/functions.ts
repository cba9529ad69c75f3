/**
 * Edge functions of one machine: each is a Deno process of its own on a Unix socket, started by its
 * first request and ended when nobody has called it for a while. Their code is what is hosted.
 */

import { problem } from "./problem.ts";

/** What a function is run with; `env` is all that it sees of the environment. */
export interface FunctionsOptions {
  root: string; // folder of supabase/, node_modules/ and deno.json
  sockets: string;
  cache: string; // Deno's own, of compiled modules
  origins: string[]; // host:port that functions may call
  env: Record<string, string>;
  idleSeconds: number;
}

interface Running {
  name: string;
  process: Deno.ChildProcess;
  client: Deno.HttpClient;
  inFlight: number;
  idle?: ReturnType<typeof setTimeout>;
}

const NAME = /^\/functions\/v1\/([a-z][a-z0-9-]{0,62})(?=\/|$)/;
const START_MS = 15_000;
const LOOK_MS = 10;
const LEAVING = "--unstable-no-legacy-abort"; // a request's signal: the caller left
const HEAP = "--v8-flags=--max-old-space-size=96"; // MiB; a function holds no state

/** What only these functions are told. */
const RESERVED: Record<string, string[]> = {
  SUPABASE_SERVICE_ROLE_KEY: ["api-gateway"],
  APIBUILDER_EDGE_SECRET: ["api-gateway"],
};

/** Starts, calls and ends functions. */
export class Functions {
  readonly #options: FunctionsOptions;
  readonly #running = new Map<string, Promise<Running>>();
  readonly #gone = new Map<string, Promise<void>>(); // of processes that are there or are ending

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** `/functions/v1/NAME/...` to the function NAME, which sees `/NAME/...` as when hosted. */
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const name = NAME.exec(url.pathname)?.[1];
    if (name === undefined || !await exists(this.#source(name))) {
      return problem(404, "not_found", "There is no such function.");
    }
    const running = await this.#get(name).catch((error) => console.log(String(error)));
    if (running === undefined) {
      return problem(503, "unavailable", `The function ${name} does not start; see the log.`);
    }
    this.#hold(running);
    try {
      return this.#answer(running, await call(running, request, url));
    } catch (error) {
      this.#release(running);
      if (request.signal.aborted) throw error;
      console.log(`function ${name}: ${error}`);
      return problem(502, "unavailable", `The function ${name} did not answer.`);
    }
  }

  /** End all of them. */
  async stop(): Promise<void> {
    const all = await Promise.allSettled(this.#running.values());
    for (const one of all) if (one.status === "fulfilled") end(one.value.process);
    await Promise.all(this.#gone.values());
  }

  #source(name: string): string {
    return `${this.#options.root}/supabase/functions/${name}/index.ts`;
  }

  #get(name: string): Promise<Running> {
    const known = this.#running.get(name);
    if (known !== undefined) return known;
    // The next one takes the same socket, so it waits for the one before to be gone.
    const starting = (this.#gone.get(name) ?? Promise.resolve()).then(() => this.#start(name));
    this.#running.set(name, starting);
    starting.catch(() => this.#running.delete(name));
    return starting;
  }

  async #start(name: string): Promise<Running> {
    const socket = `${this.#options.sockets}/fn-${name}.sock`;
    await Deno.remove(socket).catch(() => {}); // of one that was killed
    const own = this.#running.get(name);
    const process = this.#spawn(name, socket);
    let ended = false;
    const gone = process.status.then(async () => {
      ended = true;
      await Deno.remove(socket).catch(() => {});
      if (this.#running.get(name) === own) this.#running.delete(name);
      this.#gone.delete(name);
    });
    this.#gone.set(name, gone);
    const deadline = Date.now() + START_MS;
    while (!await accepts(socket)) {
      if (ended || Date.now() > deadline) {
        end(process);
        throw new Error(`${name} did not start`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    const client = Deno.createHttpClient({ proxy: { transport: "unix", path: socket } });
    return { name, process, client, inFlight: 0 };
  }

  #spawn(name: string, socket: string): Deno.ChildProcess {
    const { root, cache, origins } = this.#options;
    const env = Object.fromEntries(
      Object.entries(this.#options.env).filter(([key]) => RESERVED[key]?.includes(name) ?? true),
    );
    const deno = Deno.execPath();
    return new Deno.Command("setpriv", {
      args: [
        ...[
          "--pdeathsig",
          "TERM",
          deno,
          "run",
          "--no-prompt",
          "--cached-only",
          "--no-check",
          LEAVING,
          HEAP,
        ],
        `--allow-net=${[...origins, `unix:${socket}`].join(",")}`,
        `--allow-read=${root}/supabase/functions,${root}/node_modules,${socket}`,
        `--allow-write=${socket}`,
        `--allow-env=${Object.keys(env).join(",")}`,
        this.#source(name),
      ],
      cwd: root,
      clearEnv: true,
      env: { ...env, DENO_SERVE_ADDRESS: `unix:${socket}`, DENO_DIR: cache, NO_COLOR: "1" },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  }

  #answer(running: Running, answer: Response): Response {
    const release = () => this.#release(running);
    if (answer.body === null) {
      release();
      return answer;
    }
    let done = false;
    const once = () => {
      if (!done) release();
      done = true;
    };
    const reader = answer.body.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        try {
          const next = await reader.read();
          if (!next.done) return controller.enqueue(next.value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        once();
      },
      async cancel(reason) {
        once();
        await reader.cancel(reason);
      },
    });
    return new Response(body, { status: answer.status, headers: answer.headers });
  }

  #hold(running: Running): void {
    clearTimeout(running.idle);
    running.inFlight += 1;
  }

  #release(running: Running): void {
    running.inFlight -= 1;
    if (running.inFlight > 0) return;
    const idle = this.#options.idleSeconds * 1000;
    running.idle = setTimeout(() => {
      this.#running.delete(running.name);
      end(running.process);
    }, idle);
  }
}

function call(running: Running, request: Request, url: URL): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("accept-encoding", "identity"); // so that fetch passes bodies on as they are
  const path = url.pathname.slice("/functions/v1".length);
  return fetch(`http://localhost${path}${url.search}`, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
    signal: request.signal,
    client: running.client,
  });
}

async function accepts(socket: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path: socket })).close();
    return true;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

function end(process: Deno.ChildProcess): void {
  try {
    process.kill("SIGTERM");
  } catch {
    // It has ended.
  }
}
