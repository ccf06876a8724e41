#!/usr/bin/env node
/** The command line, as `npx stellula`. */
import { main } from './cli/main.ts'
import { allowEarlyClose, endSoon, tellStuck } from './cli/terminal.ts'

allowEarlyClose()
process.on('beforeExit', tellStuck)
process.exitCode = await main(process.argv.slice(2))
process.off('beforeExit', tellStuck)
endSoon()
