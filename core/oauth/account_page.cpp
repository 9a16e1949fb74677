#include "core/oauth/account_page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/wire/redirect_uri.hpp"
#include "core/wire/text.hpp"

namespace postern::oauth {
namespace {

constexpr std::size_t most_hosts = 3;
constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 86400;

std::string card(const AccountApp& app, std::size_t number, UnixSeconds now);
std::string fact(std::string_view name, std::string_view html);
std::string name_of(const AccountApp& app);
std::string joined(const std::vector<std::string>& names);
std::string ago(std::int64_t count, std::string_view unit);

}  // namespace

Reply account_page(const Authority& authority, const AccountPage& account, UnixSeconds now) {
  std::string main = "<h1>Connected applications</h1><p class=\"soft\">Your account: <strong>" +
                     shown(account.user_name, 64) + "</strong>";
  if (!account.provider.empty()) main += ", through " + shown(account.provider);
  main += "</p>";
  main += form_start(authority, "/account", account.flow);
  if (account.apps.empty()) {
    main += "<p>No application is connected to your account.</p>";
  } else {
    main += "<div class=\"apps\">";
    for (std::size_t i = 0; i < account.apps.size(); ++i) main += card(account.apps[i], i + 1, now);
    main += "</div>";
  }
  if (account.more) main += "<p class=\"care\">There are more, which are not shown. Revoke some to see others.</p>";
  main += "<div class=\"choice\">";
  if (!account.apps.empty()) main += "<button name=\"action\" value=\"revoke-all\">Revoke all</button>";
  main += "<button name=\"action\" value=\"logout\">Log out</button></div></form>";
  return page(authority, 200, "Connected applications", main,
              "Names are chosen by the applications and are not checked. What you revoke ends at once; an application "
              "can ask you again.");
}

std::vector<std::string> redirect_hosts(const Authority& authority, const store::Client& client) {
  std::vector<std::string> hosts;
  for (const std::string& text : client.redirect_uris) {
    const auto uri = wire::RedirectUri::parse(text, {authority.allow_private_use_redirects});
    if (!uri) continue;
    std::string host = uri->is_loopback() ? "this computer" : uri->display_host();
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(std::move(host));
    if (hosts.size() == most_hosts) break;
  }
  return hosts;
}

// Days of the proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March.
std::string date_in_words(UnixSeconds time) {
  constexpr std::array<std::string_view, 12> months = {"March",    "April",    "May",       "June",
                                                       "July",     "August",   "September", "October",
                                                       "November", "December", "January",   "February"};
  const std::int64_t days = std::max<std::int64_t>(time.count, 0) / day + 719'468;  // since 1 March of the year 0
  const std::int64_t of_era = days % 146'097;
  const std::int64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  const std::int64_t of_month = of_year - (153 * month + 2) / 5 + 1;
  const std::int64_t year = year_of_era + days / 146'097 * 400 + (month >= 10 ? 1 : 0);
  return std::to_string(of_month) + ' ' + std::string(months[static_cast<std::size_t>(month)]) + ' ' +
         std::to_string(year);
}

std::string use_in_words(UnixSeconds used, UnixSeconds now) {
  const std::int64_t past = (now - used).count;
  if (past < hour) return "within the last hour";
  if (past < day) return ago(past / hour, "hour");
  if (past < 30 * day) return ago(past / day, "day");
  return date_in_words(used);
}

namespace {

std::string card(const AccountApp& app, std::size_t number, UnixSeconds now) {
  const std::string id = "app-" + std::to_string(number);
  std::string html =
      "<section class=\"app\" aria-labelledby=\"" + id + "\"><h2 id=\"" + id + "\">" + name_of(app) + "</h2>";
  html += "<ul>";
  for (const std::string& scope : app.scopes) html += "<li>" + wire::html_escape(scope) + "</li>";
  if (app.scopes.empty()) html += "<li>Know that you have an account here, and nothing else</li>";
  html += "</ul><dl>";
  if (!app.redirect_hosts.empty()) html += fact("Sends you to", joined(app.redirect_hosts));
  html += fact(app.times == 1 ? "Allowed on" : "First allowed on", date_in_words(app.granted));
  if (app.times > 1) html += fact("Connected", std::to_string(app.times) + " times");
  html += fact("Last used", use_in_words(app.used, now));
  if (!app.providers.empty()) html += fact("Logged in through", joined(app.providers));
  html += "</dl><button name=\"revoke\" value=\"" + wire::html_escape(app.grant) + "\" aria-describedby=\"" + id +
          "\">Revoke</button></section>";
  return html;
}

std::string fact(std::string_view name, std::string_view html) {
  return "<div><dt>" + std::string(name) + "</dt><dd>" + std::string(html) + "</dd></div>";
}

std::string name_of(const AccountApp& app) {
  return app.is_known ? shown_client(app.client_name) : "an application that is no longer registered";
}

std::string joined(const std::vector<std::string>& names) {
  std::string html;
  for (const std::string& name : names) html += (html.empty() ? "" : ", ") + shown(name, 100);
  return html;
}

std::string ago(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + ' ' + std::string(unit) + (count == 1 ? " ago" : "s ago");
}

}  // namespace
}  // namespace postern::oauth
