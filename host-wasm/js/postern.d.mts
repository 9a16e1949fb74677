// Types of `import { createPostern } from "postern"`.

/** Bytes that may be text: a string, or a Uint8Array where no string can hold them. */
export type Text = string | Uint8Array;

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** One key of the key ring; the first of the ring seals, all of them open. */
export interface Key {
  /** 8 characters of base64url. */
  id: string;
  /** base64url of 32 bytes. */
  key: string;
}

export interface Scope {
  /** One scope token, RFC 6749 s. 3.3. */
  token: string;
  /** What the consent page says. */
  in_words: string;
  /** Scopes that it contains. */
  implies?: string[];
  /** With it a tool shows what the identity provider tells of the user: the consent page says what that is. */
  shows_profile?: boolean;
}

/** What is served. core/server/settings_json.hpp tells every member; the core refuses one that it does not know. */
export interface Settings {
  /** Where clients reach this server; every identifier is printed from it. https, or http on loopback. */
  public_url: string;
  key_ring: Key[];
  /** What the pages call this server. */
  name?: string;
  scopes?: Scope[];
  /** What the first challenge asks for, and a client gets that asks for nothing; space-separated. By default all of them. */
  default_scopes?: string;
  /** In seconds. */
  lifetimes?: Partial<
    Record<
      "access" | "refresh" | "code" | "refresh_grace" | "flow" | "login" | "unused_client" | "used_client" | "provider_check",
      number
    >
  >;
  limits?: Partial<Record<"body" | "header_bytes" | "target" | "json_depth", number>>;
  /** How the MCP server introduces itself. */
  server?: { name?: string; title?: string; version?: string; instructions?: string };
  transport?: "all" | "streamable-http" | "sse";
  allowed_hosts?: string[];
  allowed_origins?: string[];
  resource_servers?: { id: string; secret_hash: string }[];
  own_users?: boolean;
  providers?: { id: string; [member: string]: Json | undefined }[];
  external?: { issuer: string; [member: string]: Json | undefined };
  client_documents?: boolean;
  client_hosts?: string[];
  /** Of no password, at the cost of the real ones. By default that of `passwords`. */
  decoy_password?: string;
  serve_mcp_without_authorization?: boolean;
}

/** Who calls a tool. */
export interface Principal {
  /** Stable identifier of the user. */
  subject: string;
  /** For people, never for decisions. */
  user_name: string;
  client: string;
  grant: string;
  /** Space-separated. */
  scopes: string;
  /** Unix seconds. */
  expires: number;
}

/** News for open streams. `subject`: whose; empty: everybody's. */
export interface Topic {
  kind: "tools_changed" | "prompts_changed" | "resources_changed" | "resource_updated";
  subject?: string;
  /** resource_updated: its URI. */
  name?: string;
}

/** What a tool has beside its arguments. It is the principal, too, as tools had before: `({ who }, { user_name }) => ...` */
export interface ToolContext extends Principal {
  principal: Principal;
  /**
   * Sends a request to the API of the identity provider that the user logged in with, in the user's name. `path`: below that API,
   * with its query, `/user/repos?page=2`; empty: the user's profile. Gives what came, whatever its status, redirects too; at most
   * 1 MiB, in 10 s. Nothing is sent twice. Rejects with an UpstreamError where nothing came.
   */
  fetchAsUser(path: string, init?: FetchAsUser): Promise<Response>;
}

export interface FetchAsUser {
  /** GET by default; neither CONNECT nor TRACE. */
  method?: string;
  /** Not Authorization, Cookie, Host and what belongs to a connection: these are the server's own. */
  headers?: HeadersInit;
  /** At most 1 MiB. Its Content-Type is application/json where `headers` has none. */
  body?: string | Uint8Array;
}

/** Why `fetchAsUser` has no answer. */
export interface UpstreamError extends Error {
  /**
   * `none`: the user did not log in at an identity provider, or no API of it is known. `refused`: such a request is not sent; the
   * provider has heard nothing. `gone`: the grant has ended there or here; whatever the tool gives, the call is answered by a
   * challenge. `unreachable`: nothing came that could be used; whether the request has arrived is not known.
   */
  code: "none" | "refused" | "gone" | "unreachable";
}

/** As MCP shapes it: text, an image, a link to a resource. */
export type ContentBlock = { type: string; [member: string]: unknown } | (object & { type: string });

export interface ToolResult {
  content?: ContentBlock[];
  /** What JSON can say; an object, and no list. */
  structuredContent?: object;
  /** The tool ran and failed: told to the model. */
  isError?: boolean;
  topics?: Topic[];
}

export interface Tool<Arguments = any> {
  /** 1 to 128 of A-Z a-z 0-9 _ . - */
  name: string;
  title?: string;
  description?: string;
  /** JSON Schema 2020-12, root type object, or it is refused at start. Arguments are valid against it before `run` is called. */
  inputSchema?: object;
  /** The same for `structuredContent`. */
  outputSchema?: object;
  annotations?: object;
  /** A call needs all of them. */
  scopes?: string[];
  /** Of the client, 2026-07-28: `sampling`. */
  requiredCapabilities?: string[];
  /**
   * Called once for a call. A text is one block of content. What is thrown, and what is no result, is logged with the tool's
   * name, and told to the client as "The tool failed."
   */
  run(args: Arguments, context: ToolContext): string | ToolResult | Promise<string | ToolResult>;
}

export interface StoredRecord {
  bytes: Uint8Array;
  /** Never given twice, not even to another record. */
  version: number;
}

export interface Commit {
  /** `null`: there must be no such record. */
  expects: { key: Text; version: number | null }[];
  /** `expires_at`: Unix seconds; from then on the record is absent. */
  puts: { key: Text; bytes: Uint8Array; expires_at: number | null }[];
  deletes: Text[];
  /** credential: on the disk before anybody is told. */
  durability: "relaxed" | "credential";
}

/** Where records live: read, and commit all or nothing on what was read. What rejects is answered by 503. */
export interface Store {
  load(key: Text): Promise<StoredRecord | null>;
  /** At most `limit` records whose keys begin with `prefix`, in the order of the bytes of their keys. */
  scan(prefix: Text, limit: number): Promise<{ key: Text; record: StoredRecord }[]>;
  /** False: a record is not as expected, and nothing was written. Strictly serialisable. */
  commit(commit: Commit): Promise<boolean>;
  /**
   * Forgets what has expired, a bounded piece at a time. When the next record does, in Unix seconds; while that is past, it is
   * called again soon. createPostern calls it now and then.
   */
  sweep?(): Promise<number | null>;
}

export interface Passwords {
  /** A PHC string. */
  hash(password: Text): Promise<string>;
  verify(phc: string, password: Text): Promise<boolean>;
  /** A hash that no password has, at the cost of the real ones. */
  decoy(): string;
}

export interface AuditEvent {
  /** ISO 8601. */
  time: string;
  /** As X-Request-Id has it. */
  request: string;
  what: string;
  /** `ok`, or the exact refusal. */
  outcome: string;
  client: string;
  subject: string;
  detail: string;
}

/** One request to another server. */
export interface Fetch {
  method: string;
  url: string;
  headers: [string, string][];
  body: Text;
  reach: "configured" | "stranger";
  most_bytes: number;
  milliseconds: number;
  /** Above 0: a tool's, in its user's name. */
  step: number;
}

/** Performs a Fetch whose URL was judged. `addresses(list)`: those of the list that may be connected to. */
export type Egress = (
  need: Fetch,
  judged: { signal: AbortSignal; addresses(list: string[]): string[] },
) => Promise<{ status: number; headers: [string, string][]; chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array> }>;

export type Log = (level: "debug" | "info" | "warning" | "error", what: string, fields: { [name: string]: string | number }) => void;

/** Added where the store has no user. `oneTime`: its first login has to change the password. */
export interface FirstUser {
  name: string;
  password: string;
  oneTime?: boolean;
}

export interface Options {
  /** postern.wasm: compiled, its bytes, or a promise of either. */
  module: WebAssembly.Module | BufferSource | Promise<WebAssembly.Module | BufferSource>;
  settings: Settings;
  store: Store;
  /** Instead of the notes service. */
  tools?: Tool[];
  /** By default PBKDF2 with 600,000 rounds. */
  passwords?: Passwords;
  /** Without it this server reaches no other. */
  egress?: Egress;
  /** Hosts (`name`, `name:port`) that may be asked although their addresses are private. */
  fetchAllowed?: string[];
  audit?: (event: AuditEvent) => void;
  /** By default warnings and errors go to the console; `false`: nowhere. */
  log?: Log | false;
  /** Added where the store has no user. */
  firstUser?: FirstUser;
  /** Unix seconds. */
  now?: () => number;
  /**
   * Set: the runtime ends the body of a Request where its Content-Length says, so that it may be read at once. Not for one that
   * hands on bodies that a program has rewritten.
   */
  lengthsHold?: boolean;
  /** Of open streams: milliseconds and bytes; js/streams.mjs has what is usual. */
  streams?: Partial<Record<"checkEvery" | "commentEvery" | "takenIn" | "box" | "answersBox" | "look", number>>;
}

/** What an adapter with a file system takes. */
export type FileOptions = Omit<Options, "module" | "store" | "settings"> &
  Partial<Pick<Options, "module" | "store">> & {
    /** Without a key ring it is that of the file `keys` beside `data`, which is made where there is none. */
    settings: Omit<Settings, "key_ring"> & Partial<Pick<Settings, "key_ring">>;
    /**
     * The file of the store, such as `postern-data/postern.db`; it is the native server's data folder, too. Without it records
     * and keys live as long as the process. Refused where the runtime has no SQLite, and where the file has records and its
     * keys are gone.
     */
    data?: string;
  };

export interface RequestParts {
  method: string;
  /** Origin form, as it came: `/authorize?client_id=...` */
  target: string;
  headers: [string, string][];
  body: ReadableStream<Uint8Array> | null;
}

/** `writes(commit)`: what is about to be written, told before the answer. */
export interface Watch {
  writes?(commit: Commit): void;
}

/** Copies of records, for a host in front of the one that has the store. */
export interface Copies {
  /** Records that the request probably needs. */
  known(): [{ need: "load"; key: Text }, { fact: "loaded"; record: StoredRecord | null }][];
  /** `undefined`: there is no copy. Only keys that begin as `Postern.copied` says may have one. */
  load(key: Text): StoredRecord | null | undefined;
}

/** A request that goes on elsewhere. It survives structuredClone. */
export interface Rest {
  id: string;
  began: number;
  carried: { method: string; target: string; headers: [string, string][]; body: Text };
  /** What tools have done. Where it is empty nothing has happened yet. */
  done: [object, object][];
  topics: Topic[];
}

/** What became of an operator's act: 200 with what it gives; or why not, in one line. */
export type Acted<Given> = ({ status: 200; error?: undefined } & Given) | ({ status: 400 | 404 | 409 | 503; error: string } & { [Name in keyof Given]?: undefined });

/** Times are Unix seconds. */
export interface UserListed {
  name: string;
  subject: string;
  created: number;
}

export interface GrantListed {
  id: string;
  user: string;
  subject: string;
  client: string;
  client_name: string;
  /** Space-separated. */
  scopes: string;
  granted: number;
  used: number;
  /** Who has logged the user in; empty: this server. */
  provider: string;
}

export interface ClientListed {
  id: string;
  name: string;
  redirect_uris: string[];
  auth_method: string;
  created: number;
  /** Whether a token was ever issued to it. */
  used: boolean;
  /** How many are alive. */
  grants: number;
}

export class Postern {
  /** What createPostern does, without waiting and without the first user. */
  constructor(module: WebAssembly.Module, options: Omit<Options, "module" | "firstUser">, elsewhere?: Partial<Pick<Postern, "fetchAsUser">>);
  /** Never rejects on what came from outside. */
  fetch(request: Request, watch?: Watch): Promise<Response>;
  /** The same where there is no Request. */
  handle(parts: RequestParts, watch?: Watch): Promise<Response>;
  /**
   * In front of the host that has the store: answers what the request decides, with copies of what the store has; tools are run.
   * What has to be read or written there is handed over.
   */
  ahead(request: Request, copies?: Copies): Promise<{ response: Response; rest?: undefined } | { response?: undefined; rest: Rest }>;
  /** Where the store is: goes on with what `ahead` has begun, without running its tools again. */
  goOn(rest: Rest, watch?: Watch): Promise<Response>;
  /** Where the store is, for a tool in front: what it asks in its user's name. */
  fetchAsUser(
    principal: Principal,
    asked: { method: string; target: string; headers: [string, string][]; body: Text },
  ): Promise<{ kind: "answered"; status: number; headers: [string, string][]; body: Text } | { kind: UpstreamError["code"]; problem: string }>;
  /** Of which records a copy may be read: what their keys begin with. */
  readonly copied: string[];
  /** `oneTime`: others have seen this password, so the first login with it has to change it. */
  addUser(name: string, password: string, how?: { oneTime?: boolean }): Promise<Acted<{ subject: string; name: string }>>;
  /** Logs the user's browsers out; what clients were granted goes on. */
  setPassword(name: string, password: string, how?: { oneTime?: boolean }): Promise<Acted<{ subject: string; name: string }>>;
  listUsers(): Promise<Acted<{ users: UserListed[]; more: boolean }>>;
  /**
   * Ends what the user has granted (`ended` grants) and removes what the core's tools keep for the user (`erased` records), unless
   * `keepData`. `name`: of a user who logs in elsewhere, the subject.
   */
  removeUser(name: string, how?: { keepData?: boolean }): Promise<Acted<{ subject: string; ended: number; erased: number }>>;
  /** Those that are alive. `user`: a name or a subject. */
  listGrants(of?: { user?: string; client?: string }): Promise<Acted<{ grants: GrantListed[]; more: boolean }>>;
  /** Tokens end at the next request, open streams soon. */
  revokeGrants(of: { id: string } | { user: string } | { client: string } | { all: true }): Promise<Acted<{ ended: number }>>;
  listClients(): Promise<Acted<{ clients: ClientListed[]; more: boolean }>>;
  /** Ends what was granted to it, too. */
  removeClient(id: string): Promise<Acted<{ ended: number }>>;
  /** Where the store has no user yet; whether there was none. */
  addFirstUser(user: FirstUser): Promise<boolean>;
  /** Expired records are forgotten from now on; createPostern has begun it. */
  sweep(): void;
  /** News that did not come by a request. */
  publish(topics: Topic[]): void;
  readonly openStreams: number;
  /** Ends every stream, and the sweeping. */
  close(): void;
}

/** Rejects, with the reason in one line, where the options won't do. */
export function createPostern(options: Options): Promise<Postern>;

export class MemoryStore implements Store {
  constructor(now?: () => number);
  load(key: Text): Promise<StoredRecord | null>;
  scan(prefix: Text, limit: number): Promise<{ key: Text; record: StoredRecord }[]>;
  commit(commit: Commit): Promise<boolean>;
  sweep(): Promise<number | null>;
  readonly size: number;
}

/** PBKDF2 with SHA-256 by the runtime's WebCrypto. */
export function passwordsBy(iterations?: number): Passwords;

export function newKeyRing(): Key[];
/** As a file or a secret keeps it. */
export function printKeyRing(ring: Key[]): string;
export function readKeyRing(text: string): Key[];
