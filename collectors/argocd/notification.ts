import { z } from 'zod'
import {
  Application,
  type ApplicationRules,
  reduceApplication,
  toDeployments,
} from '#collectors/argocd/application.ts'
import type { ToldDeployment } from '#collectors/told-deployment.ts'

/**
 * What a notification of Argo CD tells whose template sends `{"app": …}` (docs/sources/argocd.md): the
 * same deployments, under the same ids, as a reading of that application.
 */
export const argoCdNotification = (rules: ApplicationRules) =>
  z
    .object({
      app: z
        .unknown()
        .transform((app) => reduceApplication(app, rules))
        .pipe(Application),
    })
    .transform(({ app }): { readonly fact: ToldDeployment[] } | { readonly ignored: string } => {
      const fact = toDeployments(app, rules)
      return fact.length > 0 ? { fact } : { ignored: `${app.metadata.name} deployed nothing yet` }
    })
