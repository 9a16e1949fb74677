# Postern under workerd on this machine. scripts/edge starts it; by hand:
#
#   POSTERN_PUBLIC_URL=http://localhost:8787 POSTERN_KEYS="$(cat keys)" workerd serve -I FOLDER_OF_POSTERN_WASM \
#     postern.capnp disk -s http=127.0.0.1:8787 -s operator=unix:/some/private/folder/operator.sock -d data=/some/folder
using Workerd = import "/workerd/workerd.capnp";

const disk :Workerd.Config = (
  services = [(name = "postern", worker = .onDisk), (name = "internet", network = .public), (name = "data", disk = (writable = true))],
  sockets = .sockets,
);

# Everything is gone when the process ends.
const memory :Workerd.Config = (
  services = [(name = "postern", worker = .inMemory), (name = "internet", network = .public)],
  sockets = .sockets,
);

const sockets :List(Workerd.Socket) = [
  (name = "http", http = (), service = "postern"),
  (name = "operator", http = (), service = (name = "postern", entrypoint = "operator")),
];

# The addresses that a name leads to are judged by workerd itself, which connects to no others.
const public :Workerd.Network = (allow = ["public"], tlsOptions = (trustBrowserCas = true));

const onDisk :Workerd.Worker = (
  modules = .modules, compatibilityDate = .date, bindings = .bindings,
  durableObjectNamespaces = .namespaces, durableObjectStorage = (localDisk = "data"),
);

const inMemory :Workerd.Worker = (
  modules = .modules, compatibilityDate = .date, bindings = .bindings,
  durableObjectNamespaces = .namespaces, durableObjectStorage = (inMemory = void),
);

const date :Text = "2026-05-01";

# Open streams live in the object, and sessions hear by it: it stays while the process does.
const namespaces :List(Workerd.Worker.DurableObjectNamespace) = [
  (className = "PosternObject", uniqueKey = "postern", enableSql = true, preventEviction = true),
];

const bindings :List(Workerd.Worker.Binding) = [
  (name = "POSTERN", durableObjectNamespace = "PosternObject"),
  (name = "POSTERN_PUBLIC_URL", fromEnvironment = "POSTERN_PUBLIC_URL"),
  (name = "POSTERN_KEYS", fromEnvironment = "POSTERN_KEYS"),
  (name = "POSTERN_FIRST_USER", fromEnvironment = "POSTERN_FIRST_USER"),
  (name = "POSTERN_FIRST_PASSWORD", fromEnvironment = "POSTERN_FIRST_PASSWORD"),
  (name = "POSTERN_FIRST_ONE_TIME", fromEnvironment = "POSTERN_FIRST_ONE_TIME"),
  (name = "POSTERN_SETTINGS", fromEnvironment = "POSTERN_SETTINGS"),
  (name = "POSTERN_FETCH_ALLOWED", fromEnvironment = "POSTERN_FETCH_ALLOWED"),
  (name = "POSTERN_LOG_LEVEL", fromEnvironment = "POSTERN_LOG_LEVEL"),
  (name = "POSTERN_AUDIT", fromEnvironment = "POSTERN_AUDIT"),
  (name = "POSTERN_STORE", fromEnvironment = "POSTERN_STORE"),
  (name = "POSTERN_COPIES", fromEnvironment = "POSTERN_COPIES"),
];

const modules :List(Workerd.Worker.Module) = [
  (name = "workerd/worker.mjs", esModule = embed "worker.mjs"),
  (name = "workerd/copies.mjs", esModule = embed "copies.mjs"),
  (name = "workerd/define.mjs", esModule = embed "define.mjs"),
  (name = "workerd/front.mjs", esModule = embed "front.mjs"),
  (name = "workerd/options.mjs", esModule = embed "options.mjs"),
  (name = "js/ahead.mjs", esModule = embed "../js/ahead.mjs"),
  (name = "js/audit.mjs", esModule = embed "../js/audit.mjs"),
  (name = "js/console_log.mjs", esModule = embed "../js/console_log.mjs"),
  (name = "js/crossing.mjs", esModule = embed "../js/crossing.mjs"),
  (name = "js/drive.mjs", esModule = embed "../js/drive.mjs"),
  (name = "js/egress.mjs", esModule = embed "../js/egress.mjs"),
  (name = "js/entropy.mjs", esModule = embed "../js/entropy.mjs"),
  (name = "js/exchange.mjs", esModule = embed "../js/exchange.mjs"),
  (name = "js/key_ring.mjs", esModule = embed "../js/key_ring.mjs"),
  (name = "js/layout.mjs", esModule = embed "../js/layout.mjs"),
  (name = "js/memory_store.mjs", esModule = embed "../js/memory_store.mjs"),
  (name = "js/module.mjs", esModule = embed "../js/module.mjs"),
  (name = "js/operator.mjs", esModule = embed "../js/operator.mjs"),
  (name = "js/options.mjs", esModule = embed "../js/options.mjs"),
  (name = "js/outgoing.mjs", esModule = embed "../js/outgoing.mjs"),
  (name = "js/passwords.mjs", esModule = embed "../js/passwords.mjs"),
  (name = "js/postern.mjs", esModule = embed "../js/postern.mjs"),
  (name = "js/sqlite_store.mjs", esModule = embed "../js/sqlite_store.mjs"),
  (name = "js/streams.mjs", esModule = embed "../js/streams.mjs"),
  (name = "js/sweeper.mjs", esModule = embed "../js/sweeper.mjs"),
  (name = "js/text.mjs", esModule = embed "../js/text.mjs"),
  (name = "js/timers.mjs", esModule = embed "../js/timers.mjs"),
  (name = "js/tools.mjs", esModule = embed "../js/tools.mjs"),
  (name = "js/upstream.mjs", esModule = embed "../js/upstream.mjs"),
  (name = "postern.wasm", wasm = embed "/postern.wasm"),
];
