// The contenders of the operation scenarios, by library of schemas. Each loads only what it needs.

import type { Running } from '../contender.ts'
import type { OperationScenario, Schemas } from '../operations/shapes.ts'
import type { Differing } from './operations/stellula.ts'

type Side = (scenario: OperationScenario) => Promise<Running>

interface Validating {
  start(scenario: OperationScenario, schemas: Schemas, differing?: Differing): Promise<Running>
}

type Library = 'zod' | 'valibot'

function side(framework: string, library: Library, differing?: Differing): Side {
  return async (scenario) => {
    const validating: Validating = await import(`./operations/${framework}.js`)
    const { schemas }: { schemas: Schemas } = await import(`../operations/${library}.js`)
    return validating.start(scenario, schemas, differing)
  }
}

export const stellulaZod: Side = side('stellula', 'zod')
export const stellulaZodUnchecked: Side = side('stellula', 'zod', { validateResponses: false })
export const stellulaZodOverNode: Side = side('stellula', 'zod', { shortcuts: false })
export const honoZod: Side = side('hono', 'zod')
export const h3Zod: Side = side('h3', 'zod')
export const elysiaZod: Side = side('elysia', 'zod')

export const stellulaValibot: Side = side('stellula', 'valibot')
export const stellulaValibotUnchecked: Side = side('stellula', 'valibot', {
  validateResponses: false,
})
export const stellulaValibotOverNode: Side = side('stellula', 'valibot', { shortcuts: false })
export const honoValibot: Side = side('hono', 'valibot')
export const h3Valibot: Side = side('h3', 'valibot')
export const elysiaValibot: Side = side('elysia', 'valibot')

export const elysiaTypebox: Side = async (scenario) => {
  const { typebox } = await import('./operations/elysia.js')
  return typebox(scenario)
}

export const fastifyOwn: Side = async (scenario) => {
  const { start } = await import('./operations/fastify.js')
  return start(scenario)
}

function byHand(library: Library): Side {
  return async (scenario) => {
    const stellula = await import('./operations/stellula.js')
    const { schemas }: { schemas: Schemas } = await import(`../operations/${library}.js`)
    return stellula.byHand(scenario, schemas)
  }
}

export const handZod: Side = byHand('zod')
export const handValibot: Side = byHand('valibot')

/** For operation-plain. */
export const plain: Side = async () => {
  const { handler } = await import('./operations/stellula.js')
  return handler()
}

export const operation: Side = async () => {
  const { withoutSchemas } = await import('./operations/stellula.js')
  return withoutSchemas()
}
