/** Security schemes of OpenAPI as AsyncAPI has them. */
import type { SecurityScheme } from '../authentication/secured.ts'
import type { SecurityRequirement } from '../operations/contract.ts'
import type { AsyncAPIReference } from './types.ts'

/** A scheme as AsyncAPI describes it. */
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

/** Only these two have scopes; elsewhere they are what a program asks for itself. */
const WITH_SCOPES = ['oauth2', 'openIdConnect']

/**
 * What an operation asks for. AsyncAPI knows alternatives only, so that schemes which are all needed are
 * listed one by one.
 */
export function securityOf(
  requirements: readonly SecurityRequirement[],
  schemes: Readonly<Record<string, SecurityScheme>>,
): (AsyncAPIReference | object)[] {
  return requirements.flatMap((requirement) =>
    Object.entries(requirement).map(([name, scopes]) => {
      const scheme = schemes[name]
      const isPlain = scopes.length === 0 || !WITH_SCOPES.includes(scheme?.type ?? '')
      if (scheme === undefined || isPlain) return { $ref: `#/components/securitySchemes/${name}` }
      return { ...schemeOf(scheme), scopes }
    }),
  )
}
