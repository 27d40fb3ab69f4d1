"use strict";
{
  const form = document.querySelector(".filters");
  const groups = [...document.querySelectorAll("details[data-kind]")];

  const matches = (wanted, shown) => Object.entries(wanted).every(([name, value]) => !value || shown[name] === value);

  // A finding is a team's where the team owns it, or is on the way to the objective that it is about.
  const isOf = (team, shown) => {
    const option = form.querySelector(`[name="team"] option[value="${CSS.escape(team)}"]`);
    return shown.owner === team || JSON.parse(option.dataset.objectives).includes(shown.objective);
  };

  const apply = () => {
    const { kind, team, ...wanted } = Object.fromEntries(new FormData(form));
    const filtered = Boolean(kind) || Boolean(team) || Object.values(wanted).some(Boolean);
    let total = 0;
    for (const group of groups) {
      let left = 0;
      for (const row of group.querySelectorAll("tbody tr")) {
        const shown = { kind: group.dataset.kind, ...row.dataset };
        row.hidden = !matches({ kind, ...wanted }, shown) || (Boolean(team) && !isOf(team, shown));
        if (!row.hidden) left += 1;
      }
      group.hidden = filtered && left === 0;
      if (filtered) group.open = left > 0;
      total += left;
    }
    form.querySelector("output").textContent = filtered ? `${total} shown` : "";
  };

  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target && target.closest("details");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  };

  const save = async () => {
    const { deflate } = JSON.parse(document.getElementById("report").textContent);
    const packed = Uint8Array.from(atob(deflate), (sign) => sign.charCodeAt(0));
    const json = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const href = URL.createObjectURL(await new Response(json).blob());
    Object.assign(document.createElement("a"), { href, download: "report.json" }).click();
    URL.revokeObjectURL(href);
  };

  const saving = document.querySelector(".save");
  saving.hidden = !("DecompressionStream" in window);
  saving.addEventListener("click", save);

  form.hidden = groups.length === 0;
  form.addEventListener("change", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  addEventListener("hashchange", reveal);
  reveal();
}
