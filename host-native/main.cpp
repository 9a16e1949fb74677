// The default server: notes kept for each user.
#include "core/server/notes.hpp"
#include "postern.hpp"

int main(int argc, char** argv) {
  postern::Server server("postern", "0.1.0");
  server.title("Postern");
  for (postern::ScopeDefinition& scope : postern::notes_scopes()) server.scope(std::move(scope));
  server.default_scopes({"user", "notes:read"});  // Writing is asked for when something is to be written.
  postern::add_notes_tools(server.catalog());
  return server.run(argc, argv);
}
