# The worker of front_worker.mjs, and ways to its object past the front. tests/edge/front.mjs makes the bundle.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "front", worker = .front)],
  sockets = [
    (name = "http", http = (), service = "front"), (name = "aside", http = (), service = (name = "front", entrypoint = "aside")),
    (name = "copies", http = (), service = (name = "front", entrypoint = "copies")),
    (name = "operator", http = (), service = (name = "front", entrypoint = "operator")),
  ],
);

const front :Workerd.Worker = (
  modules = [(name = "front/worker.mjs", esModule = embed "/front.bundle.mjs"), (name = "postern.wasm", wasm = embed "/postern.wasm")],
  compatibilityDate = "2026-05-01",
  durableObjectNamespaces = [(className = "PosternObject", uniqueKey = "postern", enableSql = true, preventEviction = true)],
  durableObjectStorage = (inMemory = void),
  bindings = [
    (name = "POSTERN", durableObjectNamespace = "PosternObject"),
    (name = "POSTERN_PUBLIC_URL", fromEnvironment = "POSTERN_PUBLIC_URL"),
    (name = "POSTERN_KEYS", fromEnvironment = "POSTERN_KEYS"),
    (name = "POSTERN_FIRST_USER", fromEnvironment = "POSTERN_FIRST_USER"),
    (name = "POSTERN_FIRST_PASSWORD", fromEnvironment = "POSTERN_FIRST_PASSWORD"),
    (name = "POSTERN_SETTINGS", fromEnvironment = "POSTERN_SETTINGS"),
    (name = "POSTERN_COPIES", fromEnvironment = "POSTERN_COPIES"),
    (name = "POSTERN_STORE", text = "memory"),
  ],
);
