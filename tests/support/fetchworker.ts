// The worker that is `fetchserved.ts` on workerd, without any of Node's modules.
import { toWorker, type Worker } from '../../lib/servers/workers.ts'
import { app } from './fetchserved.ts'

const worker: Worker = toWorker(app, { onError: () => {} })

export default worker
