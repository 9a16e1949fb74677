// A random walk over the whole server: a client, its user and an attacker who bends requests, in a world of values.
// What they do is read from numbers, so that a failing walk is replayed and shrunk by its numbers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/server/evaluate.hpp"
#include "tests/support/world.hpp"

namespace postern::test {

class Walk {
 public:
  /// `watched` is called in place of `evaluate`, and sees every evaluation of the walk.
  explicit Walk(World::Endpoint watched);

  /// One thing done, chosen and bent by `choice`.
  void step(std::uint32_t choice);

  World& world() { return world_; }
  /// How many requests came to each status: a walk that only ever meets refusals proves little.
  const std::map<int, int>& statuses() const { return statuses_; }
  /// How many tokens were issued, tool calls answered, notes written.
  int successes() const { return successes_; }

  static std::shared_ptr<const Deployment> deployment();

 private:
  void register_client(std::uint32_t choice);
  void open_authorize(std::uint32_t choice);
  void submit_page(std::uint32_t choice);
  void redeem(std::uint32_t choice);
  void refresh(std::uint32_t choice);
  void end_or_inspect(std::uint32_t choice);
  void call_modern(std::uint32_t choice);
  void call_legacy(std::uint32_t choice);
  void read_public(std::uint32_t choice);

  /// The web server of a client: it serves documents and keys, is away at times, and lies at times.
  Fetched answer_elsewhere(const Fetch& fetch) const;
  /// With an assertion, where the client is one that signs; the last one once more, for some choices.
  std::vector<std::pair<std::string, std::string>> signed_by_client(
      std::vector<std::pair<std::string, std::string>> fields, std::uint32_t choice);
  /// Sends it, bent in one place for some choices.
  Reply send(HttpRequest request, std::uint32_t choice);
  Reply post_form(const std::string& path, std::vector<std::pair<std::string, std::string>> fields,
                  std::uint32_t choice);

  World::Endpoint endpoint_;
  World world_;
  std::map<int, int> statuses_;
  int successes_ = 0;

  std::string client_, flow_, browser_, login_, code_, verifier_, access_, refresh_, old_refresh_, session_, messages_,
      note_, assertion_;
  int assertions_ = 0;
};

}  // namespace postern::test
