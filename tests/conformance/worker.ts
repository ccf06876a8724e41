/** The reference apps as one worker; `serveworker.ts` gives each a socket, which tells its app. */
import { toWorker } from '../../lib/servers/workers.ts'
import { apps, rootPaths } from './apps.ts'

const handlers = new Map(
  Object.entries(apps).map(([name, app]) => [
    name,
    toWorker(app, { rootPath: rootPaths[name] ?? '' }).fetch,
  ]),
)

interface Context {
  readonly props: { readonly app: string }
  readonly waitUntil: (work: Promise<unknown>) => void
}

interface Worker {
  fetch(
    request: globalThis.Request,
    env: object,
    context: Context,
  ): Promise<globalThis.Response> | undefined
}

/** workerd itself tells nothing of the peer. */
const client = { host: '127.0.0.1', port: 1 }

const worker: Worker = {
  fetch: (request, _env, context) => {
    return handlers.get(context.props.app)?.(request, { client }, context)
  },
}

export default worker
