// Imported before tap, which otherwise follows every promise with an async hook, to tell which test an
// error belongs to that nobody caught: a quarter of the CPU time of the tests, and garbage that the
// tests of memory measure. Without it such an error ends the process with its stack, and so the bundle.
import asyncHooks from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

const idle = asyncHooks.createHook({})
Object.assign(asyncHooks, { createHook: () => idle })
syncBuiltinESMExports()
