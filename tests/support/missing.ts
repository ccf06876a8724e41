/** Says which tests were skipped because a program is missing, and how to get it; run after the tests. */
import { noBrowser } from './browser.ts'
import { noPostgres } from './postgres.ts'
import { noRedis } from './redis.ts'
import { missing } from './runtimes.ts'
import { noPage, noPlaces } from './viewers.ts'

const PROGRAMS = [
  [noRedis, 'tests with Redis', 'install redis-server'],
  [noPostgres, 'tests with PostgreSQL', 'install postgresql'],
  [noBrowser, 'tests in a browser', 'install chromium'],
  [
    missing('bun', 'deno', 'workerd', 'esbuild'),
    'tests on Bun, Deno and workerd',
    'see .ci/run, which installs them from npm and sets STELLULA_RUNTIMES',
  ],
  [
    noPlaces || noPage('scalar') || noPage('redoc'),
    'tests of the pages Scalar and Redoc, and of Swagger UI behind proxies',
    'see .ci/run, which installs them from npm and sets STELLULA_PAGES',
  ],
] as const

for (const [reason, tests, advice] of PROGRAMS) {
  if (reason !== false) console.log(`Skipped: ${tests}: ${reason}. To run them, ${advice}.`)
}
