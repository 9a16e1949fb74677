// Options: who has the last word, and what is refused in which words.
#include "host-native/config/options.hpp"

#include "host-native/config/sources.hpp"

#include <fstream>

#include "host-native/system/refused.hpp"
#include "tests/hosts/fixture.hpp"

namespace postern::config {
namespace {

struct Sources {
  Values command_line;
  std::map<std::string, std::string> environment;
  std::string dotenv;
  std::string file;
};

Options read(const Sources& sources) {
  const TestFolder folder;
  Surroundings surroundings{sources.environment, folder.path()};
  if (!sources.dotenv.empty()) std::ofstream(folder.path() / ".env") << sources.dotenv;
  Values command_line = sources.command_line;
  if (!sources.file.empty()) {
    std::ofstream(folder.path() / "p.toml") << sources.file;
    command_line["config"] = {(folder.path() / "p.toml").string()};
  }
  return read_options(command_line, surroundings);
}

// The line that the operator sees, without the name of the test's folder.
std::string refusal(const Sources& sources) {
  try {
    read(sources);
    return "(accepted)";
  } catch (const Refused& refused) {
    std::string line = refused.what();
    if (const auto at = line.find("p.toml"); at != std::string::npos) line = line.substr(at);
    return line;
  }
}

TEST(Options, DefaultsAreSafe) {
  const Options options = read({});
  EXPECT_EQ(options.listen_host, "127.0.0.1");
  EXPECT_EQ(options.listen_port, 8000);
  EXPECT_EQ(options.data, "./postern-data");
  EXPECT_FALSE(options.memory_store);
  EXPECT_EQ(options.lifetimes.access, Seconds{3600});
  EXPECT_EQ(options.lifetimes.refresh, Seconds{30 * 86400});
  EXPECT_EQ(options.lifetimes.code, Seconds{60});
  EXPECT_EQ(options.lifetimes.refresh_grace, Seconds{60});
  EXPECT_FALSE(options.behind_proxy);
  EXPECT_EQ(options.transports, Transports::all);
  EXPECT_EQ(options.first_user, "");
  EXPECT_TRUE(options.first_password.empty());
}

// Each source overrules those after it: command line, environment, .env, file, default.
TEST(Options, Precedence) {
  Sources sources;
  EXPECT_EQ(read(sources).lifetimes.access.count, 3600);
  sources.file = "access_ttl = 4\n";
  EXPECT_EQ(read(sources).lifetimes.access.count, 4);
  sources.dotenv = "POSTERN_ACCESS_TTL=3\n";
  EXPECT_EQ(read(sources).lifetimes.access.count, 3);
  sources.environment["POSTERN_ACCESS_TTL"] = "2";
  EXPECT_EQ(read(sources).lifetimes.access.count, 2);
  sources.command_line["access-ttl"] = {"1"};
  EXPECT_EQ(read(sources).lifetimes.access.count, 1);
}

TEST(Options, EveryOptionHasAllFourSpellings) {
  for (const OptionSpec& spec : option_table()) {
    std::string upper;
    std::string under;
    for (const char c : spec.name) {
      upper += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
      under += c == '-' ? '_' : c;
    }
    // An empty value does for no option, and the refusal names where it stood.
    const std::string name(spec.name);
    EXPECT_TRUE(refusal({{{name, {""}}}, {}, "", ""}).starts_with("--" + name + ": expected")) << name;
    if (spec.kind == Kind::list) continue;
    EXPECT_TRUE(refusal({{}, {{"POSTERN_" + upper, ""}}, "", ""}).starts_with("POSTERN_" + upper + ": expected"))
        << name;
    EXPECT_TRUE(refusal({{}, {}, "POSTERN_" + upper + "=\n", ""}).starts_with(".env: POSTERN_" + upper + ": expected"))
        << name;
    EXPECT_TRUE(refusal({{}, {}, "", under + " = ''\n"}).starts_with("p.toml: " + under + ": expected")) << name;
  }
}

TEST(Options, TransportsHaveNames) {
  EXPECT_EQ(read({{{"transport", {"sse"}}}, {}, "", ""}).transports, Transports::sse);
  EXPECT_EQ(read({{}, {{"POSTERN_TRANSPORT", "streamable-http"}}, "", ""}).transports, Transports::streamable_http);
  EXPECT_EQ(read({{}, {}, "", "transport = 'all'\n"}).transports, Transports::all);
  EXPECT_EQ(refusal({{{"transport", {"http"}}}, {}, "", ""}),
            "--transport: expected sse, streamable-http or all, got 'http'");
}

TEST(Options, DefaultScopesAreOneText) {
  const ScopeSet expected = {"notes:read", "notes:write"};
  EXPECT_TRUE(read({}).default_scopes.empty());
  EXPECT_EQ(read({{{"default-scopes", {"notes:write notes:read"}}}, {}, "", ""}).default_scopes, expected);
  EXPECT_EQ(read({{}, {{"POSTERN_DEFAULT_SCOPES", "notes:read notes:write"}}, "", ""}).default_scopes, expected);
  EXPECT_EQ(read({{}, {}, "POSTERN_DEFAULT_SCOPES=\"notes:read notes:write\"\n", ""}).default_scopes, expected);
  EXPECT_EQ(read({{}, {}, "", "default_scopes = 'notes:read notes:write'\n"}).default_scopes, expected);
  EXPECT_EQ(refusal({{{"default-scopes", {"user \"x\""}}}, {}, "", ""}),
            "--default-scopes: expected scope tokens with spaces between them, got 'user \"x\"'");
}

TEST(Options, ListsComeAgainOrWithCommasOrAsAnArray) {
  const std::vector<std::string> expected = {"a.example", "b.example:81"};
  EXPECT_EQ(read({{{"allowed-host", expected}}, {}, "", ""}).allowed_hosts, expected);
  EXPECT_EQ(read({{}, {{"POSTERN_ALLOWED_HOST", "a.example, b.example:81"}}, "", ""}).allowed_hosts, expected);
  EXPECT_EQ(read({{}, {}, "", "allowed_host = ['a.example', 'b.example:81']"}).allowed_hosts, expected);
}

TEST(Options, ClientDocumentsAreReadUnlessTheOperatorSaysOtherwise) {
  EXPECT_TRUE(read({{}, {}, "", ""}).client_documents);
  EXPECT_FALSE(read({{{"client-documents", {"false"}}}, {}, "", ""}).client_documents);
  EXPECT_EQ(read({{}, {}, "", "client_host = ['app.example']"}).client_hosts, std::vector<std::string>{"app.example"});
  EXPECT_EQ(refusal({{{"client-documents", {"maybe"}}}, {}, "", ""}),
            "--client-documents: expected true or false, got 'maybe'");
}

TEST(Options, DotenvIsReadAsOthersWriteIt) {
  const Options options =
      read({{},
            {},
            "# a comment\n\nexport POSTERN_NAME=\"My Server\"\r\nMCP_OTHER=x\nPASSED_THROUGH\n"
            "POSTERN_ACCESS_TTL = 5 # five\nPOSTERN_FIRST_USER='bob'\nPOSTERN_FIRST_PASSWORD=pass#word\n",
            ""});
  EXPECT_EQ(options.name, "My Server");
  EXPECT_EQ(options.lifetimes.access.count, 5);
  EXPECT_EQ(options.first_user, "bob");
  EXPECT_EQ(options.first_password, Secret("pass#word"));
}

TEST(Options, EveryWayToWriteAVariableDownInDotenv) {
  const struct {
    const char* why;
    const char* text;
    const char* value;
  } rows[] = {
      {"quotes before a comment", "X=\"a b\" # c", "a b"},
      {"single ones", "X='a b' # c", "a b"},
      {"a comment in quotes is none", "X=\"a # b\"", "a # b"},
      {"a comment needs a space", "X=a#b", "a#b"},
      {"and has one", "X=a\t# b", "a"},
      {"nothing but a comment", "X= # c", ""},
      {"a sign that is a value", "X=#fff", "#fff"},
      {"nothing", "X=", ""},
      {"empty quotes", "X=\"\"", ""},
      {"the other quote inside", "X=\"it's\"", "it's"},
      {"a quote inside, escaped", "X=\"a \\\"b\\\" \\\\\"", "a \"b\" \\"},
      {"nothing is escaped in single ones", "X='a\\b'", "a\\b"},
      {"a path of another system", "X=\"C:\\new\"", "C:\\new"},
      {"spaces round the sign", "  X =  a b  ", "a b"},
      {"over lines", "X=\"a\nb\"\nY=1", "a\nb"},
      {"an equals sign", "X=a=b", "a=b"},
      {"a mark at the beginning of the file", "\xef\xbb\xbfX=a", "a"},
      {"export", "export\tX=a", "a"},
      {"nothing is put in", "X=${HOME}", "${HOME}"},
      {"the last of others counts, as for them", "X=a\nX=b", "b"},
  };
  for (const auto& row : rows) {
    const auto variables = parse_dotenv(row.text);
    ASSERT_TRUE(variables.contains("X")) << row.why;
    EXPECT_EQ(variables.at("X"), row.value) << row.why;
  }
  EXPECT_EQ(parse_dotenv("X='a\nb'\nY=1\n").at("Y"), "1");
}

TEST(Options, ResourceServersAreKeptAsHashes) {
  const Options options = read({{}, {}, "", "[[resource_server]]\nid='api'\nsecret='0123456789abcdef'\n"});
  ASSERT_EQ(options.resource_servers.size(), 1u);
  EXPECT_EQ(options.resource_servers[0].id, "api");
  EXPECT_EQ(options.resource_servers[0].secret_hash.size(), 32u);
}

TEST(Options, IPv6AndFreePorts) {
  const Options options = read({{{"listen", {"[::1]:0"}}}, {}, "", ""});
  EXPECT_EQ(options.listen_host, "::1");
  EXPECT_EQ(options.listen_port, 0);
}

struct Row {
  const char* why;
  Sources sources;
  const char* line;
};

const std::vector<Row>& refusals() {
  static const std::vector<Row> rows = {
      {"a port that is none",
       {{{"listen", {"127.0.0.1:x"}}}, {}, "", ""},
       "--listen: expected host:port, such as 127.0.0.1:8000 or [::1]:8000, got '127.0.0.1:x'"},
      {"an IPv6 address without brackets",
       {{{"listen", {"::1:80"}}}, {}, "", ""},
       "--listen: expected host:port, such as 127.0.0.1:8000 or [::1]:8000, got '::1:80'"},
      {"no authorization code lives longer than ten minutes",
       {{{"code-ttl", {"601"}}}, {}, "", ""},
       "--code-ttl: expected seconds from 1 to 600, got '601'"},
      {"half a pair", {{{"tls-cert", {"c.pem"}}}, {}, "", ""}, "--tls-cert: expected --tls-key with it"},
      {"the other half", {{{"tls-key", {"k.pem"}}}, {}, "", ""}, "--tls-key: expected --tls-cert with it"},
      {"plain HTTP off loopback",
       {{{"listen", {"0.0.0.0:80"}}}, {}, "", ""},
       "--listen 0.0.0.0: off loopback without TLS; expected --tls-cert and --tls-key, or --behind-proxy and an https "
       "--public-url where a proxy ends TLS"},
      {"a name that begins like a loopback address",
       {{{"listen", {"127.evil.example:80"}}}, {}, "", ""},
       "--listen 127.evil.example: off loopback without TLS; expected --tls-cert and --tls-key, or --behind-proxy and "
       "an https --public-url where a proxy ends TLS"},
      {"an https public URL alone does not say who ends TLS",
       {{{"listen", {"0.0.0.0:80"}}, {"public-url", {"https://h.example"}}}, {}, "", ""},
       "--listen 0.0.0.0: off loopback without TLS; expected --tls-cert and --tls-key, or --behind-proxy and an https "
       "--public-url where a proxy ends TLS"},
      {"a proxy that ends no TLS",
       {{{"behind-proxy", {"true"}}, {"public-url", {"http://localhost:8000"}}}, {}, "", ""},
       "--behind-proxy: expected an https --public-url, got 'http://localhost:8000'"},
      {"a misspelt variable",
       {{}, {{"POSTERN_LISTN", "x"}}, "", ""},
       "POSTERN_LISTN: unknown; did you mean POSTERN_LISTEN?"},
      {"a misspelt variable in .env",
       {{}, {}, "POSTERN_STOR=memory\n", ""},
       ".env: POSTERN_STOR: unknown; did you mean POSTERN_STORE?"},
      {"a misspelt key", {{}, {}, "", "pubic_url = 'x'\n"}, "p.toml: pubic_url: unknown; did you mean public_url?"},
      {"a key like nothing we know", {{}, {}, "", "zzzzzzzzzzzz = 1\n"}, "p.toml: zzzzzzzzzzzz: unknown"},
      {"not TOML", {{}, {}, "", "\n= 1\n"}, nullptr},
      {"a table where a value belongs", {{}, {}, "", "[listen]\nx = 1\n"}, "p.toml: listen: expected a single value"},
      {"a resource server without a secret",
       {{}, {}, "", "[[resource_server]]\nid='api'\n"},
       "p.toml: resource_server: expected id and secret, both texts"},
      {"a secret that can be guessed",
       {{}, {}, "", "[[resource_server]]\nid='api'\nsecret='short'\n"},
       "p.toml: resource_server: the secret of 'api': expected at least 16 characters"},
      {"an issuer that would silently not be asked",
       {{}, {}, "", "[authorization]\nissuer='https://id.example'\n"},
       "p.toml: authorization: expected mode = \"external\" with it"},
      {"a mode that is none",
       {{}, {}, "", "[authorization]\nmode='elsewhere'\n"},
       "p.toml: authorization: expected mode = \"own\" or \"external\""},
      {"an authorization server without its name",
       {{}, {}, "", "[authorization]\nmode='external'\n"},
       "authorization server elsewhere: expected issuer as an https URL without query and fragment (http on loopback), "
       "got ''"},
      {"introspection by nobody",
       {{},
        {},
        "",
        "[authorization]\nmode='external'\nissuer='https://id.example'\nintrospection_url='https://id.example/i'\n"},
       "authorization server elsewhere: expected client_id and client_secret with introspection_url"},
      {"a secret in a variable that is not there",
       {{}, {}, "", "[authorization]\nmode='external'\nissuer='https://id.example'\nclient_secret_env='NOBODY'\n"},
       "p.toml: authorization: expected the variable NOBODY"},
      {"one of our names alone in .env",
       {{}, {}, "x\nPOSTERN_LISTEN\n", ""},
       ".env: line 2: expected NAME=value, or a comment that begins with #"},
      {"a line in .env that is none",
       {{}, {}, "# a\n\nlisten on 8000\n", ""},
       ".env: line 3: expected NAME=value, or a comment that begins with #"},
      {"a setting of another kind of file",
       {{}, {}, "[postern]\n", ""},
       ".env: line 1: expected NAME=value, or a comment that begins with #"},
      {"a quote that does not end",
       {{}, {}, "A=1\nPOSTERN_NAME=\"x\nB=2\n", ""},
       ".env: line 2: POSTERN_NAME: expected a closing \""},
      {"something behind a quote",
       {{}, {}, "POSTERN_NAME=\"a\" b\n", ""},
       ".env: line 1: expected nothing behind the closing quote but a comment"},
      {"twice in .env",
       {{}, {}, "POSTERN_NAME=a\nPOSTERN_STORE=memory\nPOSTERN_NAME=b\n", ""},
       ".env: line 3: POSTERN_NAME a second time; expected it once"},
      {"an option twice",
       {{{"listen", {"127.0.0.1:1", "127.0.0.1:2"}}}, {}, "", ""},
       "--listen: expected it once, got '127.0.0.1:1' and '127.0.0.1:2'"},
      {"the same twice", {{{"data", {"a", "a"}}}, {}, "", ""}, "--data: expected it once, got 'a' and 'a'"},
      {"a list where one value belongs",
       {{}, {}, "", "listen = ['127.0.0.1:1', '127.0.0.1:2']\n"},
       "p.toml: listen: expected a single value"},
      {"an allowed host that is a URL",
       {{{"allowed-host", {"http://x/ y"}}}, {}, "", ""},
       "--allowed-host: expected host or host:port without scheme and path, such as mcp.internal:8443, got 'http://x/ "
       "y'"},
      {"one in a list",
       {{}, {{"POSTERN_ALLOWED_HOST", "a.example, b.example/mcp"}}, "", ""},
       "POSTERN_ALLOWED_HOST: expected host or host:port without scheme and path, such as mcp.internal:8443, got "
       "'b.example/mcp'"},
      {"a host to fetch from that is a URL",
       {{}, {}, "", "fetch_allow = ['https://id.internal']\n"},
       "p.toml: fetch_allow: expected host or host:port without scheme and path, such as mcp.internal:8443, got "
       "'https://id.internal'"},
      {"an origin that is a page",
       {{{"allowed-origin", {"https://app.example/x"}}}, {}, "", ""},
       "--allowed-origin: expected scheme://host, scheme://host:port or null, such as https://app.example.com, got "
       "'https://app.example/x'"},
      {"an origin that is a host",
       {{{"allowed-origin", {"app.example"}}}, {}, "", ""},
       "--allowed-origin: expected scheme://host, scheme://host:port or null, such as https://app.example.com, got "
       "'app.example'"},
      {"a client host with a port",
       {{{"client-host", {"app.example:443"}}}, {}, "", ""},
       "--client-host: expected a host without scheme, port and path, such as app.example.com, got 'app.example:443'"},
      {"a public URL with a query",
       {{{"public-url", {"https://h.example?a=b"}}}, {}, "", ""},
       "--public-url: expected a URL of this server, such as https://mcp.example.com or http://localhost:8000 "
       "(expected "
       "no user, query or fragment), got 'https://h.example?a=b'"},
      {"a public URL with a user in it",
       {{{"public-url", {"https://me@h.example"}}}, {}, "", ""},
       "--public-url: expected a URL of this server, such as https://mcp.example.com or http://localhost:8000 "
       "(expected "
       "no user, query or fragment), got 'https://me@h.example'"},
      {"a public URL that is a host",
       {{}, {}, "POSTERN_PUBLIC_URL=mcp.example.com\n", ""},
       ".env: POSTERN_PUBLIC_URL: expected a URL of this server, such as https://mcp.example.com or "
       "http://localhost:8000 (expected https://host, https://host:port or https://host/path), got 'mcp.example.com'"},
      {"a public URL with a slash at the end of its path",
       {{{"public-url", {"https://h.example/mcp/"}}}, {}, "", ""},
       "--public-url: expected a URL of this server, such as https://mcp.example.com or http://localhost:8000 "
       "(expected "
       "no slash at the end of its path), got 'https://h.example/mcp/'"},
      {"TLS of its own with an http public URL",
       {{{"tls-cert", {"c"}}, {"tls-key", {"k"}}, {"public-url", {"http://localhost:8000"}}}, {}, "", ""},
       "--public-url http://localhost:8000: with --tls-cert this server speaks https; expected https://, or no "
       "--tls-cert and --tls-key"},
      {"a lifetime below the grace names both",
       {{{"refresh-ttl", {"20"}}, {"access-ttl", {"10"}}, {"refresh-grace", {"25"}}}, {}, "", ""},
       "--refresh-grace 25, --refresh-ttl 20: expected --refresh-ttl to be at least as long; a token is given again "
       "only "
       "while it lives"},
      {"a lifetime below that of what hangs on it",
       {{{"refresh-ttl", {"600"}}}, {}, "", ""},
       "--access-ttl 3600, --refresh-ttl 600: expected --refresh-ttl to be at least as long; access ends with the "
       "refresh token"},
      {"a configuration file that is not there",
       {{{"config", {"/nowhere/q.toml"}}}, {}, "", ""},
       "--config /nowhere/q.toml: no such file"},
      {"two of them", {{{"config", {"a", "b"}}}, {}, "", ""}, "--config: expected it once, got 'a' and 'b'"},
      {"an OpenID provider without a secret",
       {{}, {}, "", "[[provider]]\nid='corp'\nkind='oidc'\nissuer='https://id.example'\nclient_id='x'\n"},
       "provider 'corp': expected client_secret, client_secret_env or client_secret_file"},
      {"one whose secret is empty",
       {{},
        {},
        "",
        "[[provider]]\nid='corp'\nkind='oauth2'\nauthorize_url='https://id.example/a'\n"
        "token_url='https://id.example/t'\napi_url='https://id.example/u'\nclient_id='x'\nclient_secret=''\n"},
       "provider 'corp': expected client_secret, client_secret_env or client_secret_file"},
      {"a secret's file that is not there",
       {{}, {}, "", "[[provider]]\nid='corp'\nkind='oidc'\nclient_secret_file='/nowhere/secret'\n"},
       "p.toml: provider 'corp'.client_secret_file /nowhere/secret: no such file"},
      {"a flag that is neither",
       {{}, {{"POSTERN_BEHIND_PROXY", "maybe"}}, "", ""},
       "POSTERN_BEHIND_PROXY: expected true or false, got 'maybe'"},
  };
  return rows;
}

TEST(Options, Refusals) {
  for (const Row& row : refusals()) {
    const std::string line = refusal(row.sources);
    EXPECT_EQ(line.find('\n'), std::string::npos) << row.why;
    if (row.line == nullptr) {
      EXPECT_TRUE(line.starts_with("p.toml: line 2: ")) << row.why << ": " << line;
    } else {
      EXPECT_EQ(line, row.line) << row.why;
    }
  }
}

TEST(Options, AnAuthorizationServerElsewhereStandsInItsOwnTable) {
  const Options options = read({{},
                                {{"INTROSPECTION", "the-secret-there"}},
                                "",
                                "own_users = false\n[authorization]\nmode='external'\nissuer='https://id.example'\n"
                                "audience='api://notes'\ntoken_types=['JWT']\nclient_secret_env='INTROSPECTION'\n"});
  ASSERT_TRUE(options.external);
  EXPECT_EQ(options.external->issuer, "https://id.example");
  EXPECT_EQ(options.external->audience, "api://notes");
  EXPECT_EQ(options.external->token_types, std::vector<std::string>{"jwt"}) << "typ is compared without case";
  EXPECT_EQ(options.external->client_secret, Secret("the-secret-there"));
  EXPECT_FALSE(read({{}, {}, "", "[authorization]\nmode='own'\n"}).external);
}

TEST(Options, OffLoopbackWithTlsOrBehindAProxy) {
  EXPECT_EQ(refusal({{{"listen", {"0.0.0.0:80"}}, {"tls-cert", {"c"}}, {"tls-key", {"k"}}}, {}, "", ""}), "(accepted)");
  EXPECT_EQ(refusal({{{"listen", {"0.0.0.0:80"}}, {"behind-proxy", {"true"}}, {"public-url", {"https://h.example"}}},
                     {},
                     "",
                     ""}),
            "(accepted)");
}

}  // namespace
}  // namespace postern::config
