// Which sections of results.md does run.ts write, and what must their reader know?

import { heavyConnections, type Scenario } from './scenarios.ts'

export interface Section<Name extends string = Scenario> {
  title: string
  legend: string
  /** Scenarios that are read together, by what they are about. */
  groups: Record<string, readonly Name[]>
  /** Whose versions are told. */
  packages: string[]
}

const cells = `A cell is CPU speed / requests per second, both as ratios to raw node:http, so more is faster;
CPU speed is raw's server CPU time per request divided by the contender's. The raw column is in
absolute numbers. Floor and goal are for Stellula's CPU speed, the last two columns for Stellula against
the fastest contender other than raw.`

const servers: Section = {
  title: 'Servers',
  legend: `${cells} Raw has neither router nor middleware: it is a floor, not a peer.
Only Stellula distinguishes middleware10 (passing through) from middleware10async (async functions that
wait for the app, and wrap send); the others run the same ten in both rows, which also shows the noise.
middleware10sends has ten whose send wrappers are async too, which is two more promises for each message
and each layer: what people may bring along, and no style of ours. The column publicapi is Stellula with
\`shortcuts: false\`, which leaves everything to node:http.`,
  groups: {
    'Plain answers': ['hello', 'json', 'notfound'],
    Routing: ['param', 'routes200', 'routes1000'],
    Middleware: ['middleware10', 'middleware10async', 'middleware10sends'],
    Bodies: ['post', 'stream'],
  },
  packages: [
    ...['stellula', 'fastify', 'hono', '@hono/node-server'],
    ...['koa', '@koa/router', '@koa/bodyparser', 'express', 'h3'],
  ],
}

const files: Section = {
  title: 'Files and forms',
  legend: `${cells}

* Raw is node:http as it is written by hand: stat and createReadStream, bare busboy, URLSearchParams.
* static304 asks with the ETag that the server gave: Hono makes one of the content with its etag
  middleware, Koa one of the stat with @koa/etag, the others come with theirs. range is 64 KiB of the
  megabyte. A dash is what a contender does not offer: koa-static and h3 know no ranges.
* upload5m answers the size of a file of 5 MiB in a multipart form, and streams it where that is offered
  (raw, Stellula, Fastify); the others hold it in memory. save5m has it in a file on disk before it
  answers, and removes that file. fields is an urlencoded form of 100,000 fields, 2.4 MB.
* The forms are sent over ${heavyConnections} connections by a client of our own, which counts whole requests only.`,
  groups: {
    Files: ['static10k', 'static1m', 'static304', 'range'],
    Forms: ['upload5m', 'save5m', 'fields'],
  },
  packages: [
    ...['stellula', 'busboy', 'fastify', '@fastify/static', '@fastify/multipart'],
    ...['@fastify/formbody', 'hono', '@hono/node-server', 'koa', '@koa/router', 'koa-static'],
    ...['koa-conditional-get', '@koa/etag', '@koa/multer', 'koa-body', 'express', 'multer', 'h3'],
  ],
}

const stack: Section = {
  title: 'A stack of eight middleware',
  legend: `${cells}

* The eight: request id, access log to a sink in memory, secure headers, CORS for one named origin,
  rate limit in memory, a session in a cookie that is read, ETag, compression (the answer, JSON of
  23 bytes, is too small for it). All but what is written out in contenders/stacks/ are the
  middleware that the framework has or that is usual with it: @fastify/helmet, cors, rate-limit,
  secure-session, etag and compress; those of Hono with hono-rate-limiter; koa-helmet, @koa/cors,
  koa-ratelimit, koa-session, @koa/etag and koa-compress; helmet, cors, express-rate-limit,
  cookie-session and compression. The log is pino's with Stellula and Fastify, morgan's with Koa and
  Express, Hono's own. Before anything is measured, answers are checked for the fields of each.
* In stack8 raw is asked the same and does nothing of it: it answers the same bytes, no more. In
  stack8byhand raw does the eight things by hand, without a function more than they need
  (contenders/stacks/raw.ts); the others run the same in both rows, which also shows the noise.
  What the work itself costs is the difference of the two raw columns: the floor, of a raw hello, is
  out of reach for whoever does the work, and stack8byhand is what to go by.`,
  groups: { 'The same eight in each': ['stack8', 'stack8byhand'] },
  packages: [
    ...['stellula', 'pino', 'fastify', '@fastify/helmet', '@fastify/cors', '@fastify/rate-limit'],
    ...[
      '@fastify/secure-session',
      '@fastify/etag',
      '@fastify/compress',
      'hono',
      '@hono/node-server',
    ],
    ...['hono-rate-limiter', 'koa', '@koa/router', 'koa-helmet', '@koa/cors', 'koa-ratelimit'],
    ...['koa-session', '@koa/etag', 'koa-conditional-get', 'koa-compress', 'koa-morgan', 'express'],
    ...['helmet', 'cors', 'express-rate-limit', 'cookie-session', 'compression', 'morgan'],
  ],
}

/** By the names of their marks in the file. */
export const sections: Record<string, Section> = { servers, stack, files }

export function scenariosOf(section: Section): Scenario[] {
  return Object.values(section.groups).flat()
}
