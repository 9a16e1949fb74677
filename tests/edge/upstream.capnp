# The worker of upstream_worker.mjs, which reaches GitHub's stand-in at loopback. tests/interop/upstream.mjs makes the bundle.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "postern", worker = .postern), (name = "internet", network = (allow = ["public", "private"]))],
  sockets = [(name = "http", http = (), service = "postern")],
);

const postern :Workerd.Worker = (
  modules = [(name = "edge/worker.mjs", esModule = embed "/upstream.bundle.mjs"), (name = "postern.wasm", wasm = embed "/postern.wasm")],
  compatibilityDate = "2026-05-01",
  durableObjectNamespaces = [(className = "PosternObject", uniqueKey = "postern", enableSql = true, preventEviction = true)],
  durableObjectStorage = (inMemory = void),
  bindings = [
    (name = "POSTERN", durableObjectNamespace = "PosternObject"),
    (name = "POSTERN_PUBLIC_URL", fromEnvironment = "POSTERN_PUBLIC_URL"),
    (name = "POSTERN_KEYS", fromEnvironment = "POSTERN_KEYS"),
    (name = "POSTERN_SETTINGS", fromEnvironment = "POSTERN_SETTINGS"),
    (name = "POSTERN_LOG_LEVEL", text = "debug"),
    (name = "POSTERN_STORE", text = "memory"),
  ],
);
