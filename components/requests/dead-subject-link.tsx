/** A link of a person that no longer works. */
export function DeadSubjectLink() {
  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">This link does not work any more</h1>
      <p className="text-muted-foreground">It works for a limited time. Ask the company that sent it for a new one.</p>
    </>
  );
}
