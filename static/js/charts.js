/* Draws [data-chart="id of a json_script"] with Plotly in the colours of the theme.
   plotly.js is fetched only where a chart stands. In a figure, colours are token names: "--pn-c1", or
   "--pn-c1/0.14" with an opacity. A point whose customdata is (or starts with) a path leads there. */
(() => {
  "use strict";
  const source = document.currentScript.dataset.plotly;
  const say = (key) => window.perennial?.say(key) || key;
  let plotly;

  /* The content policy refuses what Plotly does with styles: attributes are written to the style object
     instead, and the style sheet for maps, which nothing here draws, is left out while the bundle loads. */
  const keepToThePolicy = () => {
    const setAttribute = Element.prototype.setAttribute;
    Element.prototype.setAttribute = function (name, value) {
      if (name === "style") this.style.cssText = value;
      else setAttribute.call(this, name, value);
    };
    document.head.appendChild = (node) => (node.localName === "style" && node.textContent ? node : document.head.insertBefore(node, null));
  };
  const load = () => {
    if (!plotly) keepToThePolicy();
    plotly ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = source;
      script.onload = () => { delete document.head.appendChild; registerLocales(window.Plotly); resolve(window.Plotly); };
      script.onerror = () => { plotly = undefined; reject(new Error("plotly")); };
      document.head.append(script);
    });
    return plotly;
  };
  const registerLocales = (Plotly) => {
    const months = [..."一二三四五六七八九十", "十一", "十二"].map((month) => `${month}月`);
    const days = [..."日一二三四五六"];
    const format = {
      days: days.map((day) => `星期${day}`), shortDays: days.map((day) => `周${day}`),
      months, shortMonths: months.map((_, place) => `${place + 1}月`), date: "%Y-%m-%d", decimal: ".", thousands: ",",
    };
    for (const name of ["zh-Hans", "zh-Hant"]) Plotly.register({ moduleType: "locale", name, dictionary: {}, format });
  };

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faded = (colour, share) => {
    const hex = colour.length === 4 ? colour.replace(/[^#]/g, "$&$&") : colour;
    const [red, green, blue] = [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
    return `rgba(${red},${green},${blue},${share})`;
  };
  const coloured = (value) => {
    if (typeof value === "string") {
      const [, name, share] = value.match(/^(--pn-[\w-]+)(?:\/([\d.]+))?$/) || [];
      return name ? (share ? faded(token(name), share) : token(name)) : value;
    }
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, coloured(part)]));
    return value;
  };
  const merged = (base, over) => {
    const both = { ...base };
    for (const [key, value] of Object.entries(over)) {
      const nested = value && typeof value === "object" && !Array.isArray(value) && typeof both[key] === "object";
      both[key] = nested ? merged(both[key], value) : value;
    }
    return both;
  };
  const axis = (isX) => ({
    automargin: true, showgrid: !isX, zeroline: !isX, showline: isX, gridcolor: token("--pn-line"), linecolor: token("--pn-line-strong"), zerolinecolor: token("--pn-line-strong"),
    tickfont: { color: token("--pn-ink-2"), size: 11 }, title: { font: { color: token("--pn-ink-2"), size: 11 }, standoff: 8 }, fixedrange: true,
  });
  const themedLayout = (layout) => {
    const { template, ...own } = layout;
    const base = {
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("--pn-ink-2") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", autosize: true, dragmode: false,
      colorway: [1, 2, 3, 4, 5, 6].map((place) => token(`--pn-c${place}`)),
      margin: { l: 8, r: 8, t: 8, b: 8 }, bargap: 0.25, separators: ".,",
      hoverlabel: { bgcolor: token("--pn-raised"), bordercolor: token("--pn-line-strong"), font: { color: token("--pn-ink"), size: 12 } },
      legend: { orientation: "h", y: -0.2, font: { size: 11 } }, showlegend: false, xaxis: axis(true), yaxis: axis(false),
    };
    for (const key of Object.keys(own)) if (/^[xy]axis\d+$/.test(key)) base[key] = axis(key.startsWith("x"));
    return merged(base, coloured(own));
  };

  const placeOf = (customdata) => {
    const first = Array.isArray(customdata) ? customdata[0] : customdata;
    return typeof first === "string" && /^\/(?!\/)/.test(first) ? first : "";
  };
  const follow = (box) => {
    box.on("plotly_click", (event) => {
      const place = placeOf(event.points[0]?.customdata);
      if (place) window.location.assign(place);
    });
    box.on("plotly_hover", (event) => box.classList.toggle("leads", Boolean(placeOf(event.points[0]?.customdata))));
    box.on("plotly_unhover", () => box.classList.remove("leads"));
  };
  const draw = async (box) => {
    try {
      const figure = JSON.parse(document.getElementById(box.dataset.chart).textContent);
      const Plotly = await load();
      const isNew = !box.classList.contains("js-plotly-plot");
      const config = { displayModeBar: false, responsive: true, locale: document.documentElement.lang, doubleClick: false };
      const layout = themedLayout(figure.layout || {});
      /* a bar that does not start at zero lies */
      if (figure.data.some((trace) => trace.type === "bar")) layout.yaxis.rangemode ??= "tozero";
      await Plotly.react(box, coloured(figure.data), layout, config);
      if (isNew) follow(box);
    } catch (error) {
      console.error(error);
      box.textContent = say("chartFailed");
    }
  };
  const drawAll = (root) => { for (const box of root.querySelectorAll("[data-chart]")) draw(box); };

  document.addEventListener("perennial:theme", () => drawAll(document));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.isConnected && event.detail.target !== document.body) {
      for (const box of event.detail.target.querySelectorAll("[data-chart]:not(.js-plotly-plot)")) draw(box);
    }
  });
  drawAll(document);
})();
