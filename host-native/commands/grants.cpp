// `grants ...` and `clients ...`: who was let in, and their end. A running server knows at the next request.
#include <algorithm>
#include <iostream>
#include <vector>

#include "core/oauth/operator.hpp"
#include "core/wire/json.hpp"
#include "core/wire/text.hpp"
#include "host-native/commands/decisions.hpp"
#include "host-native/commands/program.hpp"
#include "host-native/system/refused.hpp"

namespace postern::commands {
namespace {

using Row = std::vector<std::string>;

int list_grants(const Host& host, const GrantsCommand& command);
int revoke_grants(const Host& host, const config::Options& options, const GrantsCommand& command);
int list_clients(const Host& host, const ClientsCommand& command);
int remove_client(const Host& host, const config::Options& options, const std::string& id);

/// Ends what is chosen until nothing is left of it. Nothing: an error was told.
std::optional<std::int64_t> end_all(const Host& host, const config::Options& options, const oauth::GrantChoice& choice);
int fail(const std::string& command, const Reply& reply);
void print(const std::vector<Row>& rows);
std::string member(const Json& object, std::string_view name);
std::string date(const Json& object, std::string_view name);
int print_list(const Reply& reply, std::string_view list, bool json, Row head, Row (*row_of)(const Json&));

}  // namespace

int manage_grants(const Program& program, const config::Options& options, const GrantsCommand& command) {
  const int choices = static_cast<int>(!command.id.empty()) + static_cast<int>(!command.user.empty()) +
                      static_cast<int>(!command.client.empty()) + static_cast<int>(command.all);
  const bool lists = command.action == GrantsCommand::Action::list;
  if (!lists && choices != 1) throw Refused("grants revoke: expected one of ID, --user, --client and --all");
  const OfflineHost offline(program, options, "grants", false);
  return lists ? list_grants(offline.host(), command) : revoke_grants(offline.host(), options, command);
}

int manage_clients(const Program& program, const config::Options& options, const ClientsCommand& command) {
  const OfflineHost offline(program, options, "clients", false);
  return command.action == ClientsCommand::Action::list ? list_clients(offline.host(), command)
                                                        : remove_client(offline.host(), options, command.id);
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
  std::cout << "revoked " << *ended << (*ended == 1 ? " grant" : " grants") << '\n';
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
  std::cout << "removed " << wire::display_name(id, 200) << ", revoked " << ended << (ended == 1 ? " grant" : " grants")
            << '\n';
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

int fail(const std::string& command, const Reply& reply) {
  std::cerr << command << ": " << error_line(reply) << '\n';
  return 1;
}

int print_list(const Reply& reply, std::string_view list, bool json, Row head, Row (*row_of)(const Json&)) {
  const Json body = body_of(reply);
  const Json* found = wire::array_member(body, list);
  if (found == nullptr) return 1;
  if (json) {
    std::cout << wire::dump_json(*found) << '\n';
    return 0;
  }
  std::vector<Row> rows = {std::move(head)};
  for (const Json& one : *found) rows.push_back(row_of(one));
  print(rows);
  if (wire::bool_member(body, "more").value_or(false)) std::cout << "...\n";
  return 0;
}

std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void print(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    std::cout << line << '\n';
  }
}

// Names are strangers' texts: nothing of them may reach a terminal as a command. `-` keeps the columns apart.
std::string member(const Json& object, std::string_view name) {
  const std::string* text = wire::string_member(object, name);
  const std::string shown = text == nullptr ? "" : wire::display_name(*text, 120);
  return shown.empty() ? "-" : shown;
}

std::string date(const Json& object, std::string_view name) {
  return date_of(wire::int_member(object, name).value_or(0));
}

}  // namespace
}  // namespace postern::commands
