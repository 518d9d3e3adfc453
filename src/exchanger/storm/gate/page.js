(async () => {
  "use strict";
  const { views, marks } = JSON.parse(document.getElementById("data").textContent);
  const notice = document.getElementById("notice");
  const containers = views.map((_, number) => document.getElementById(`view-${number}`));
  const tabs = [...document.querySelectorAll("[data-view]")];
  const viewers = [];
  let focused = null;

  const say = (text) => { notice.textContent = text; };

  const show = (number) => {
    containers.forEach((container, index) => { container.hidden = index !== number; });
    tabs.forEach((tab, index) => tab.setAttribute("aria-pressed", String(index === number)));
    const canvas = viewers[number] && viewers[number].get("canvas");
    if (canvas && !containers[number].dataset.fitted) {
      canvas.resized();
      canvas.zoom("fit-viewport", "auto");
      containers[number].dataset.fitted = "yes";
    }
  };

  const badge = (viewer, element, mark) => {
    const label = document.createElement("div");
    label.className = `badge tone-${mark.tone}`;
    label.textContent = mark.badge;
    viewer.get("overlays").add(element, { position: { top: -10, right: 14 }, html: label });
  };

  const paint = (viewer) => {
    const canvas = viewer.get("canvas");
    for (const [id, mark] of Object.entries(marks)) {
      const element = drawn(viewer, id);
      if (!element || element === canvas.getRootElement() || !element.parent) continue;
      canvas.addMarker(element, `tone-${mark.tone}`);
      if (mark.badge) badge(viewer, element, mark);
    }
  };

  const draw = async (number) => {
    const viewer = new BpmnJS({ container: containers[number] });
    try {
      await viewer.importXML(views[number]);
      viewers[number] = viewer;
      paint(viewer);
    } catch (error) {
      say(`Диаграмму не нарисовать: ${error.message}`);
    }
  };

  // A process in a pool is drawn as its participant.
  const drawn = (viewer, id) => {
    const registry = viewer.get("elementRegistry");
    const plays = ({ businessObject }) => businessObject && businessObject.processRef && businessObject.processRef.id === id;
    return registry.get(id) || registry.find(plays);
  };

  const unfocus = () => {
    if (focused) focused.viewer.get("canvas").removeMarker(focused.element, "focused");
    focused = null;
  };

  const focus = (id) => {
    unfocus();
    const current = containers.findIndex((container) => !container.hidden);
    const order = [current, ...containers.keys()];
    const number = order.find((index) => viewers[index] && drawn(viewers[index], id));
    if (number === undefined) { say(`Элемент ${id} на диаграмме не нарисован.`); return; }
    say("");
    show(number);
    const viewer = viewers[number];
    const canvas = viewer.get("canvas");
    const element = drawn(viewer, id);
    if (element.parent) {
      canvas.addMarker(element, "focused");
      focused = { viewer, element };
      canvas.scrollToElement(element, 120);
    } else {
      canvas.setRootElement(element);
      canvas.zoom("fit-viewport", "auto");
    }
  };

  for (const number of views.keys()) {
    show(number);
    await draw(number);
    show(number);
  }
  show(0);
  tabs.forEach((tab) => tab.addEventListener("click", () => show(Number(tab.dataset.view))));
  document.querySelectorAll("[data-element]").forEach((button) =>
    button.addEventListener("click", () => focus(button.dataset.element)));
  const asked = decodeURIComponent(location.hash.slice(1));
  if (asked) focus(asked);
  document.body.dataset.ready = "yes";
})();
