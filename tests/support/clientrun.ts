// A program that calls the API whose address it is given, and prints what came back.
import { probe } from './clientprobe.ts'

console.log(JSON.stringify(await probe(process.argv[2] ?? '')))
