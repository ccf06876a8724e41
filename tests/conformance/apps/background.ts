/** Routes of `main` that go on working after their response. */
import { backgroundTasks } from '../../../lib/background.ts'
import { JSONResponse, PlainTextResponse, StreamingResponse } from '../../../lib/responses.ts'
import { type Routable, Route } from '../../../lib/routing.ts'
import { digits } from './files.ts'
import { bgOne, LOG, log } from './shared.ts'

function many(): JSONResponse {
  const background = backgroundTasks(
    () => LOG.push('first'),
    async () => LOG.push('second!'),
    () => LOG.push('third'),
  )
  return new JSONResponse({ ok: true }, { background })
}

function fail(): PlainTextResponse {
  const background = backgroundTasks(
    () => LOG.push('before'),
    () => {
      LOG.push('boom')
      throw new Error('a background task broke')
    },
    () => LOG.push('never'),
  )
  return new PlainTextResponse('fail', { background })
}

async function* loggedChunks(): AsyncGenerator<string> {
  LOG.push('chunk1')
  yield 'a'
  LOG.push('chunk2')
  yield 'b'
}

const streamThenWork = (): StreamingResponse =>
  new StreamingResponse(loggedChunks(), { background: () => LOG.push('after-stream') })

export const background: readonly Routable[] = [
  Route('/bg/one', bgOne),
  Route('/bg/many', many),
  Route('/bg/fail', fail),
  Route('/bg/stream', streamThenWork),
  Route('/bg/file', digits({ background: () => LOG.push('after-file') })),
  Route('/bg/log', log),
]
