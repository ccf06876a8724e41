// Runs alone: it sets what the tests of servers on Node look at, to run them once more by node:http alone.
import t from 'tap'
import { NODE_ALONE } from '../../../support/sockets.ts'

/** Those that show what a client or an app can see, where it is not Node that serves in any case. */
const FILES = [
  ...['cut', 'disconnect', 'drain', 'exchange', 'exchange/errors', 'incoming', 'pathsend'],
  ...['pipeline', 'timeouts', 'wire', 'wire/extensions'],
]

t.setTimeout(300_000)
process.env[NODE_ALONE] = ''
for (const file of FILES) await import(`../${file}.js`)
