/** `stellula check`: starts and stops an application, and checks its responses. */

import type { OpenAPIDocument } from '../../openapi/types.ts'
import { routes } from '../../routing/listing.ts'
import { type TestClient, testClient } from '../../testing/client.ts'
import type { App } from '../../types.ts'
import { checkExamples, type ExamplesReport } from '../checking/examples.ts'
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
/.well-known/stellula-check. It passes the middleware, and reaches a handler only where one takes any path. Then
the examples of the document are sent: an operation is asked if its required inputs have examples. An answer whose
status or media type is not declared fails, and so does one that does not fit its schema, or an example that is refused.`,
  options: {
    all: { help: 'Send the examples of methods that may change something, too: POST, DELETE ...' },
  },
  examples: ['stellula check dist/app.js', 'stellula check dist/app.js --all'],
  run: async ({ positionals: [module = ''], flags }) => {
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
    const document = await step(
      'openapi',
      async () => {
        const { openapi } = await import('../../openapi/document.ts')
        return openapi(app, { title: 'check', version: '0' })
      },
      ({ paths }) => `${Object.keys(paths).length} paths`,
    )
    await checkRun(app, document, flags.has('all'))
    return 0
  },
}

/** A path that only a catch-all route answers. */
const PATH = '/.well-known/stellula-check'

async function checkRun(app: App, document: OpenAPIDocument, all: boolean): Promise<void> {
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
    await step('examples', () => examplesOf(client, document, all), wordsFor)
  } finally {
    await step(
      'shutdown',
      () => client.close(),
      () => 'complete',
    )
  }
}

async function examplesOf(
  client: TestClient,
  document: OpenAPIDocument,
  all: boolean,
): Promise<ExamplesReport> {
  const checked = await checkExamples(client, document, all)
  const { answered, faults } = checked
  if (faults.length === 0) return checked
  const list = faults.map((fault) => `\n  ${fault}`).join('')
  throw new CommandError(`check: ${faults.length} of ${answered} examples failed.${list}`)
}

function wordsFor({ answered, without, changing }: ExamplesReport): string {
  const rest = [
    ...(without.length === 0 ? [] : [`without an example: ${without.join(', ')}`]),
    ...(changing.length === 0 ? [] : [`only with --all: ${changing.join(', ')}`]),
  ]
  return [`${answered} answered as declared`, ...rest].join('; ')
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
