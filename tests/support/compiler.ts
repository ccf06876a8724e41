// The compiler as a process of its own, which tests ask about programs that they have written.
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const TSC = path.resolve('node_modules', 'typescript', 'bin', 'tsc')

/** What the compiler says of a project, nothing if it compiles. */
export async function compile(project: string, ...further: readonly string[]): Promise<string> {
  // One thread: several repeat a fifth of the work, and other tests use the processors meanwhile.
  const args = [TSC, '-p', project, '--singleThreaded', ...further]
  // The test runner puts hooks of its own into every child.
  const command = ['-u', 'NODE_OPTIONS', process.execPath, ...args]
  const { stdout } = await promisify(execFile)('env', command).catch(outputOf)
  return stdout
}

/** Of a compiler that has found mistakes; one that could not run has no output. */
function outputOf(error: { readonly stdout?: string }): { readonly stdout: string } {
  if (!error.stdout) throw error
  return { stdout: error.stdout }
}
