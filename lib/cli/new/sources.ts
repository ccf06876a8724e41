/** The sources of a new project, in double quotes, as in most projects. */

export const APP = `import { Application, HTTPException, JSONResponse, PlainTextResponse, Route } from "stellula"
import { health } from "stellula/middleware/health"

const planets = ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"]

export const app = Application({
  middleware: [health()],
  routes: [
    Route("/", () => new PlainTextResponse("Hello, world!"), { name: "home" }),
    Route(
      "/planets/{place:int}",
      (request) => {
        const { place } = request.pathParams
        const name = planets[place - 1]
        if (name === undefined) throw new HTTPException(404, \`There is no planet number \${place}.\`)
        return new JSONResponse({ name, self: request.urlFor("planet", { place }) })
      },
      { name: "planet" },
    ),
  ],
})
`

export const TEST = `import assert from "node:assert/strict"
import { test } from "node:test"
import { testClient } from "stellula/testclient"
import { app } from "../src/app.ts"

test("says hello", async () => {
  await using client = await testClient(app)
  const response = await client.get("/")
  assert.equal(response.status, 200)
  assert.equal(await response.text(), "Hello, world!")
})

test("finds planets by their place", async () => {
  await using client = await testClient(app)
  const earth = await client.get("/planets/3")
  assert.deepEqual(await earth.json(), { name: "Earth", self: "http://testserver/planets/3" })
  const missing = await client.get("/planets/9")
  assert.equal(missing.status, 404)
})
`

export const README = `# {name}

- \`npm run dev\` serves src/app.ts and restarts after each change (Node 22.18 or later).
- \`npm test\` compiles and runs the tests.
- \`npm run build && npm start\` serves the compiled files, on all addresses.
- \`npm run routes\` lists the routes; \`npm run check\` starts and stops the application.
- \`docker build -t {name} . && docker run -p 8000:8000 {name}\` serves it in a container.

The port is 8000, or what \`PORT\` says. \`/livez\` and \`/readyz\` answer probes.
`
