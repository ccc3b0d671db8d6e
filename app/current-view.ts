import { appConfig } from '#app/configuration.ts'
import type { Search } from '#app/url-state.ts'
import { readView, type View } from '#app/view.ts'

/** The view of an address, as the organisation cuts its fiscal year. */
export const currentView = (search: Search, address: string, now = new Date()): View =>
  readView(search, now, address, appConfig().organisation)
