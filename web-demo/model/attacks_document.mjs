// Clients that describe themselves: the server reads what a stranger names.

import { differences } from "./differences.mjs";

const needs = { registration: "document" };

export const attacksByDocument = [
  {
    id: "document-of-another",
    title: "A client's document that names another",
    story: "At the address of one client lies a document that claims to be somebody else's.",
    needs,
    async run(lab) {
      const { url } = await lab.challenged();
      let read = null;
      const end = lab.network.tap({
        when: ({ request }) => request.target === "/client.json",
        reply: (reply, exchange) => {
          const lie = { ...reply, body: JSON.stringify({ ...JSON.parse(reply.body), client_id: "https://bank.example/client.json" }) };
          exchange.changes = differences(reply, lie).map((one) => ({ ...one, part: "reply" }));
          read = exchange;
          return lie;
        },
      });
      const exchange = await lab.world.browser.go("GET", url);
      end();
      return { ...lab.verdict(exchange, [read]), changes: read.changes };
    },
  },
  {
    id: "document-inside",
    title: "A client's document inside the network",
    story: "The client_id is an address that only the server can reach: it is to fetch it for the attacker.",
    needs,
    async run(lab) {
      const { origin, request } = await lab.asked();
      return lab.sends(origin, request, { query: { client_id: "https://169.254.169.254/latest/client.json" } });
    },
  },
];
