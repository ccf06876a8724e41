#!/usr/bin/env node
/** The command line, as `npx stellula`. */
import { main } from './cli/main.ts'
import { endSoon } from './cli/terminal.ts'

process.exitCode = await main(process.argv.slice(2))
endSoon()
