# Both in one process: the edge worker, and the peer with its two kinds of store. tests/bench/edge.mjs makes the bundles.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "postern", worker = .postern), (name = "provider", worker = .onKv), (name = "provider-memory", worker = .onMap),
    (name = "kv", worker = .kv), (name = "data", disk = (writable = true)),
  ],
  sockets = [
    (name = "postern", http = (), service = "postern"), (name = "provider", http = (), service = "provider"),
    (name = "provider-memory", http = (), service = "provider-memory"),
  ],
);

const date :Text = "2026-05-01";

const postern :Workerd.Worker = (
  modules = [(name = "bench/postern.mjs", esModule = embed "/postern.bundle.mjs"), (name = "postern.wasm", wasm = embed "/postern.wasm")],
  compatibilityDate = .date,
  durableObjectNamespaces = [(className = "PosternObject", uniqueKey = "postern", enableSql = true, preventEviction = true)],
  durableObjectStorage = (localDisk = "data"),
  bindings = [
    (name = "POSTERN", durableObjectNamespace = "PosternObject"),
    (name = "POSTERN_PUBLIC_URL", fromEnvironment = "POSTERN_PUBLIC_URL"),
    (name = "POSTERN_KEYS", fromEnvironment = "POSTERN_KEYS"),
    (name = "POSTERN_FIRST_USER", fromEnvironment = "POSTERN_FIRST_USER"),
    (name = "POSTERN_FIRST_PASSWORD", fromEnvironment = "POSTERN_FIRST_PASSWORD"),
    (name = "POSTERN_SETTINGS", fromEnvironment = "POSTERN_SETTINGS"),
    (name = "POSTERN_LOG_LEVEL", text = "warning"),
  ],
);

const bundle :List(Workerd.Worker.Module) = [(name = "provider.mjs", esModule = embed "/provider.bundle.mjs")];

const onKv :Workerd.Worker = (
  modules = .bundle, compatibilityDate = .date, compatibilityFlags = ["nodejs_compat"],
  bindings = [(name = "OAUTH_KV", kvNamespace = "kv"), (name = "ORIGIN", fromEnvironment = "PROVIDER_ORIGIN")],
);

const onMap :Workerd.Worker = (
  modules = .bundle, compatibilityDate = .date, compatibilityFlags = ["nodejs_compat"],
  bindings = [(name = "OAUTH_KV", kvNamespace = "kv"), (name = "KV", text = "memory"), (name = "ORIGIN", fromEnvironment = "MEMORY_ORIGIN")],
);

const kv :Workerd.Worker = (
  modules = [(name = "kv.mjs", esModule = embed "kv.mjs")], compatibilityDate = .date,
  durableObjectNamespaces = [(className = "Namespace", uniqueKey = "kv", enableSql = true, preventEviction = true)],
  durableObjectStorage = (localDisk = "data"),
  bindings = [(name = "NAMESPACE", durableObjectNamespace = "Namespace")],
);
