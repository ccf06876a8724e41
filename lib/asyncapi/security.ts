/** Converts OpenAPI security schemes to AsyncAPI. */
import type { SecurityRequirement, SecurityScheme } from '../authentication/schemes.ts'
import type { AsyncAPIReference } from './types.ts'

/** Converts a scheme. */
export function schemeOf(scheme: SecurityScheme): object {
  if (scheme.type === 'apiKey') return { ...scheme, type: 'httpApiKey' }
  if (scheme.type === 'mutualTLS') return { ...scheme, type: 'X509' }
  if (scheme.type !== 'oauth2') return scheme
  const flows = Object.entries(scheme.flows).map(([name, flow]) => [name, flowOf(flow)])
  return { ...scheme, flows: Object.fromEntries(flows) }
}

function flowOf({ scopes = {}, ...flow }: { readonly scopes?: object }): object {
  return { ...flow, availableScopes: scopes }
}

/** Only these two have scopes in AsyncAPI. */
const WITH_SCOPES = ['oauth2', 'openIdConnect']

/**
 * The security of an operation. AsyncAPI has alternatives only, so schemes that are required together are
 * listed one by one. It has no alternative without a scheme, so optional security is omitted.
 */
export function securityOf(
  requirements: readonly SecurityRequirement[],
  schemes: Readonly<Record<string, SecurityScheme>>,
): (AsyncAPIReference | object)[] | undefined {
  if (requirements.some((one) => Object.keys(one).length === 0)) return undefined
  return requirements.flatMap((requirement) =>
    Object.entries(requirement).map(([name, scopes]) => {
      const scheme = schemes[name]
      const isPlain = scopes.length === 0 || !WITH_SCOPES.includes(scheme?.type ?? '')
      if (scheme === undefined || isPlain) return { $ref: `#/components/securitySchemes/${name}` }
      return { ...schemeOf(scheme), scopes }
    }),
  )
}
