/** `stellula check`: starts and stops an application, and checks what it sends. */
import { routes } from '../../routing/listing.ts'
import { testClient } from '../../testing/client.ts'
import type { App } from '../../types.ts'
import type { Command } from '../command.ts'
import { CommandError } from '../failures.ts'
import { loadApp, readTarget } from '../module.ts'
import { paintFor, print } from '../terminal.ts'

export const checkCommand: Command = {
  name: 'check',
  takes: 'MODULE[:EXPORT]',
  counts: [1, 1],
  about: `Loads an application, makes its OpenAPI document, and runs its startup, one request and its shutdown in
this process. Every message is compared with the contract of apps and servers. The request is a GET of
/.well-known/stellula-check. It passes the middleware, and reaches a handler only where one takes any path.`,
  options: {},
  examples: ['stellula check dist/app.js'],
  run: async ({ positionals: [module = ''] }) => {
    const app = await step(
      'module',
      async () => loadApp(readTarget(module)),
      () => 'loaded',
    )
    await step(
      'routes',
      async () => routes(app).length,
      (count) => `${count} listed`,
    )
    await step(
      'openapi',
      async () => {
        const { openapi } = await import('../../openapi/document.ts')
        return Object.keys(openapi(app, { title: 'check', version: '0' }).paths).length
      },
      (count) => `${count} paths`,
    )
    await checkRun(app)
    return 0
  },
}

/** Only a route for any path answers it. */
const PATH = '/.well-known/stellula-check'

async function checkRun(app: App): Promise<void> {
  const client = await step(
    'startup',
    () => testClient(app),
    () => 'complete',
  )
  try {
    await step(
      'request',
      () => client.get(PATH, { followRedirects: false }),
      ({ status }) => `answered with ${status}`,
    )
  } finally {
    await step(
      'shutdown',
      () => client.close(),
      () => 'complete',
    )
  }
}

async function step<Result>(
  name: string,
  run: () => Promise<Result>,
  words: (result: Result) => string,
): Promise<Result> {
  const { green, red } = paintFor(process.stdout)
  try {
    const result = await run()
    print(`${green('ok')}    ${name.padEnd(9)} ${words(result)}`)
    return result
  } catch (error) {
    print(`${red('fail')}  ${name}`)
    if (error instanceof CommandError) throw error
    throw new CommandError(`check: the ${name} failed.`, { cause: error })
  }
}
