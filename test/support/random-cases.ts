import fc from 'fast-check'

/**
 * Property tests draw the same cases in every run, so that a change is judged by what it changed;
 * another `SEED` (an integer) draws others: see CONTRIBUTING.md.
 */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) })
