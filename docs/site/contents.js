// The pages in their order, with a sentence for each: the sidebar of the site, and llms.txt.

/** Groups of pages: the file without `.md`, its title, and what is on it. */
export const GROUPS = [
  {
    title: 'Start',
    pages: [
      ['tutorial', 'Tutorial', 'An application in ten steps, each a whole program.'],
      ['typescript', 'TypeScript', 'Settings of the compiler, handlers in separate files.'],
      ['comparison', 'Comparison', 'What other frameworks do better, and what is different here.'],
    ],
  },
  {
    title: 'Guides',
    pages: [
      [
        'routing',
        'Routing',
        'Routes, mounts, hosts, convertors, reverse URLs, layers of settings.',
      ],
      ['requests', 'Requests and responses', 'Bodies, forms, uploads, negotiation, files.'],
      ['operations', 'Operations', 'Validated and typed handlers, OpenAPI, the typed client.'],
      ['dependencies', 'Dependencies', 'Values that handlers need, made once and cleaned up.'],
      ['pages', 'Static files and pages', 'Folders of files, HTML, templates.'],
      ['realtime', 'Events and websockets', 'Server-sent events, websockets, channels.'],
      ['middleware', 'Middleware', 'All middleware, CORS, caching, limits, and how to write one.'],
      ['sessions', 'Sessions, CSRF and login', 'Sessions, stores, what several processes share.'],
      ['authentication', 'Authentication', 'Basic, bearer tokens, JWT, users and scopes.'],
      ['oidc', 'Login by OpenID Connect', 'A login at another server, by openid-client.'],
      ['databases', 'Databases', 'A pool, and a transaction for each request.'],
      ['settings', 'Settings', 'Environment variables and .env files.'],
      [
        'errors',
        'Errors and lifespan',
        'Exception handlers, startup and shutdown, problem documents.',
      ],
      ['testing', 'Testing', 'An in-process client, units, browsers.'],
      ['messages', 'Messages explained', 'What an error message means, and what to do.'],
      ['interop', 'Other frameworks', 'Express, Koa, Fastify, fetch apps, other servers around.'],
    ],
  },
  {
    title: 'Production',
    pages: [
      ['serving', 'Serving', 'The server, TLS, HTTP/2, several processes, the command line.'],
      ['deployment', 'Deployment', 'Docker, systemd, Kubernetes, proxies, other runtimes.'],
      ['performance', 'Performance', 'How it was measured, results and plots.'],
      [
        'observability',
        'Logs, metrics, traces',
        'Access logs, Prometheus, OpenTelemetry, background work.',
      ],
      ['runtimes', 'Bun, Deno, Workers', 'Other runtimes, and bundles.'],
      ['security', 'Security', 'What is built in, and what to set.'],
      [
        'threat-model',
        'Threat model',
        'What is trusted, the advisories that are tested, reporting.',
      ],
    ],
  },
  {
    title: 'Moving here',
    pages: [
      ['migration-express', 'From Express', 'Step by step, with a table and the traps.'],
      ['migration-koa', 'From Koa', 'Step by step, with a table and the traps.'],
      ['migration-fastify', 'From Fastify', 'Step by step, with a table and the traps.'],
      ['migration-hono', 'From Hono', 'Step by step, with a table and the traps.'],
      ['migration-starlette', 'From Starlette', 'The same shape in another spelling.'],
      ['migration-fastapi-litestar', 'From FastAPI and Litestar', 'Tables for both.'],
    ],
  },
  {
    title: 'Reference',
    pages: [
      ['contract', 'The contract', 'What an app, a middleware and a server may rely on.'],
      ['agents', 'For coding agents', 'How to write programs with this library.'],
    ],
  },
]

/** Pages that lie elsewhere than in `docs/<name>.md`, by their name on the site. */
export const ELSEWHERE = {
  index: 'README.md',
  contract: 'SPEC.md',
  'threat-model': 'SECURITY.md',
  agents: 'docs/AGENTS.md',
}

/** Pages that the package has as files of their own. */
export const IN_PACKAGE = ['index', 'contract', 'threat-model', 'agents']

/** Pages for people who choose, learn or set up machines: they are no help in writing a program. */
export const FOR_PEOPLE = ['tutorial', 'comparison', 'performance', 'deployment']

/** The file of a page, from the root of the repository. */
export function fileOf(name) {
  return ELSEWHERE[name] ?? `docs/${name}.md`
}

/** All pages: name, title, sentence. */
export const PAGES = GROUPS.flatMap(({ pages }) => pages)
