// `grants ...` and `clients ...`: who was let in, and their end. A running server knows at the next request.
#include <iostream>
#include <vector>

#include "core/oauth/operator.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "host-native/commands/decisions.hpp"
#include "host-native/commands/listing.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

int list_grants(const Host& host, const GrantsCommand& command);
int revoke_grants(const Host& host, const config::Options& options, const GrantsCommand& command);
int list_clients(const Host& host, const ClientsCommand& command);
int remove_client(const Host& host, const config::Options& options, const std::string& id);

/// Ends what is chosen until nothing is left of it. Nothing: an error was told.
std::optional<std::int64_t> end_all(const Host& host, const config::Options& options, const oauth::GrantChoice& choice);

}  // namespace

int manage_grants(const Program& program, const config::Options& options, const GrantsCommand& command) {
  const int choices = static_cast<int>(!command.id.empty()) + static_cast<int>(!command.user.empty()) +
                      static_cast<int>(!command.client.empty()) + static_cast<int>(command.all);
  const bool lists = command.action == GrantsCommand::Action::list;
  if (!lists && choices != 1) throw Refused("grants revoke: expected one of ID, --user, --client and --all");
  const OfflineHost offline(program, options, "grants", lists ? OfflineHost::Acts::none : OfflineHost::Acts::some);
  return lists ? list_grants(offline.host(), command) : revoke_grants(offline.host(), options, command);
}

int manage_clients(const Program& program, const config::Options& options, const ClientsCommand& command) {
  const bool lists = command.action == ClientsCommand::Action::list;
  const OfflineHost offline(program, options, "clients", lists ? OfflineHost::Acts::none : OfflineHost::Acts::some);
  return lists ? list_clients(offline.host(), command) : remove_client(offline.host(), options, command.id);
}

namespace {

int list_grants(const Host& host, const GrantsCommand& command) {
  const Reply reply = decide(host, [&](const Facts& facts) {
    return oauth::list_grants({{}, command.user, command.client}, facts);
  });
  if (reply.status != 200) return fail("grants", reply);
  return print_list(reply, "grants", command.json,
                    {"ID", "USER", "CLIENT", "NAME", "SCOPES", "GRANTED", "USED", "PROVIDER"}, [](const Json& grant) {
                      return Row{member(grant, "id"),          member(grant, "user"),    member(grant, "client"),
                                 member(grant, "client_name"), member(grant, "scopes"),  date(grant, "granted"),
                                 date(grant, "used"),          member(grant, "provider")};
                    });
}

int revoke_grants(const Host& host, const config::Options& options, const GrantsCommand& command) {
  const auto ended = end_all(host, options, {command.id, command.user, command.client});
  if (!ended) return 1;
  std::cout << "revoked " << count_of(*ended, "grant") << '\n';
  return 0;
}

int list_clients(const Host& host, const ClientsCommand& command) {
  const Reply reply = decide(host, [](const Facts& facts) { return oauth::list_clients(facts); });
  if (reply.status != 200) return fail("clients", reply);
  return print_list(reply, "clients", command.json, {"ID", "NAME", "REDIRECTS", "AUTHENTICATION", "CREATED", "GRANTS"},
                    [](const Json& client) {
                      std::string redirects;
                      if (const Json* list = wire::array_member(client, "redirect_uris")) {
                        for (const Json& uri : *list) {
                          const auto* text = uri.get_ptr<const std::string*>();
                          if (text != nullptr) redirects += (redirects.empty() ? "" : " ") + *text;
                        }
                      }
                      return Row{member(client, "id"),
                                 member(client, "name"),
                                 wire::display_name(redirects, 120),
                                 member(client, "auth_method"),
                                 date(client, "created"),
                                 std::to_string(wire::int_member(client, "grants").value_or(0))};
                    });
}

int remove_client(const Host& host, const config::Options& options, const std::string& id) {
  const Reply reply =
      decide(host, [&](const Facts& facts) { return oauth::remove_client(id, options.lifetimes, facts); });
  if (reply.status != 200) return fail("clients", reply);
  const auto more = end_all(host, options, {{}, {}, id});
  if (!more) return 1;
  const std::int64_t ended = wire::int_member(body_of(reply), "ended").value_or(0) + *more;
  std::cout << "removed " << wire::display_name(id, 200) << ", revoked " << count_of(ended, "grant") << '\n';
  return 0;
}

std::optional<std::int64_t> end_all(const Host& host, const config::Options& options,
                                    const oauth::GrantChoice& choice) {
  std::int64_t ended = 0;
  for (std::int64_t last = -1; last != 0;) {
    const Reply reply =
        decide(host, [&](const Facts& facts) { return oauth::revoke_grants(choice, options.lifetimes, facts); });
    if (reply.status == 404 && ended > 0) break;  // The one that was named is gone now.
    if (reply.status != 200) {
      fail("grants", reply);
      return std::nullopt;
    }
    last = wire::int_member(body_of(reply), "ended").value_or(0);
    ended += last;
  }
  return ended;
}

}  // namespace
}  // namespace postern::commands
