// The official JSON Schema of AsyncAPI, which says what is wrong with a document.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { registerSchema, validate } from '@hyperjump/json-schema/draft-07'

const FILE = path.resolve('node_modules/@asyncapi/specs/schemas/3.0.0.json')
const ID = 'http://asyncapi.com/definitions/3.0.0/asyncapi.json'
let isRegistered = false

/** Where the document does not fit its schema; nothing if it does. */
export async function faultsOf(document: object): Promise<string[]> {
  if (!isRegistered) {
    registerSchema(JSON.parse(readFileSync(FILE, 'utf8')), ID)
    isRegistered = true
  }
  const output = await validate(ID, JSON.parse(JSON.stringify(document)), 'BASIC')
  return output.valid ? [] : (output.errors ?? []).map((error) => error.instanceLocation)
}
