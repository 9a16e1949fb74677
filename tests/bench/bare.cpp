// The yardstick: cpp-httplib and nothing else, answering every POST with the same bytes.
//   postern-bench-bare PORT THREADS FILE_WITH_THE_BODY
#include <httplib.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "expected PORT THREADS FILE\n";
    return 2;
  }
  std::ifstream file(argv[3], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  const std::size_t threads = std::strtoul(argv[2], nullptr, 10);
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000);
  server.Post("/mcp", [&body](const httplib::Request&, httplib::Response& response) {
    response.set_content(body, "application/json");
  });
  std::cout << "ready" << std::endl;
  return server.listen("127.0.0.1", std::atoi(argv[1])) ? 0 : 1;
}
