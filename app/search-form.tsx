/** Finds what has a page by name; it needs no script. */
export function SearchForm({ q }: { q: string | null }) {
  return (
    <form className="mt-5 flex max-w-2xl gap-3" action="/search">
      <label className="hidden-text" htmlFor="q">
        A team, path, metric, service or repository
      </label>
      <input
        id="q"
        name="q"
        type="search"
        className="field grow text-lg"
        placeholder="A team, path, metric, service or repository"
        defaultValue={q ?? ''}
        data-key="/"
      />
      <button type="submit" className="control">
        Search
      </button>
    </form>
  )
}
