/** Without the platform's settings there is nothing to show; this needs no stylesheet of ours. */
export function CannotStart() {
  return (
    <main style={{ maxWidth: '30rem', margin: '20vh auto', padding: '0 1.5rem' }}>
      <h1>The platform does not answer</h1>
      <p>
        Its public settings at <code>/config.json</code> could not be read. It may be starting: try
        again in a few seconds. If it stays so, <code>apibuilder doctor</code> names what is wrong.
      </p>
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}
