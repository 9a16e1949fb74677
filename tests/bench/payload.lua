-- wrk's request, from the environment: one POST with the token and the headers of the era.
wrk.method = "POST"
wrk.path = os.getenv("BENCH_PATH") or "/mcp"
wrk.body = os.getenv("BENCH_BODY")
for line in (os.getenv("BENCH_HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^([^:]+):%s*(.*)$")
  wrk.headers[name] = value
end
