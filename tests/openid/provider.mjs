// A provider of identities on a port of its own: node provider.mjs REDIRECT_URI...
//
// It prints a line with its address, and reads one with the address of the ledger's pages. Whoever signs in is who they say:
// their name is what they type, and their roles are the words of it behind a plus sign, such as jo+officer+admin.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.cwd()}/x.js`);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

let answer = (_request, response) => response.writeHead(503).end();
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

for await (const pages of createInterface({ input: process.stdin })) {
  const provider = new Provider(`http://127.0.0.1:${server.address().port}`, {
    clients: [
      {
        client_id: "ledger",
        client_secret: "a-secret-of-the-client-and-nobody-else",
        redirect_uris: [`${pages}/sign-in/openid/callback`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    cookies: { keys: ["a key for cookies"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "realm_access"] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: `Person ${id}`, realm_access: { roles: id.split("+").slice(1) } }),
    }),
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
  });
  answer = provider.callback();
  console.log("ready");
}
