// SPDX-License-Identifier: Apache-2.0
import { Marker, type Map as MapLibre } from "maplibre-gl";
import type { Api } from "../shared/api";
import { h } from "../shared/dom";
import { t } from "../shared/i18n";
import { baseMap, token } from "../shared/map/base";
import type { Where } from "./place";

const CLOSE = 13;
// Where nothing is known yet: China.
const EVERYWHERE: [number, number, number, number] = [73, 18, 135, 54];

/** A map on which one point is chosen: by a click, by dragging its mark, or by keyboard under the cross in the middle. */
export class PlaceMap {
  private readonly marker: Marker;
  private shown = false;

  private constructor(
    private readonly map: MapLibre,
    private readonly picked: (lng: number, lat: number) => void,
  ) {
    this.marker = new Marker({ color: token("accent"), draggable: true });
    this.marker.on("dragend", () => this.tell(this.marker.getLngLat()));
    map.on("click", (event) => this.tell(event.lngLat));
  }

  static async open(container: HTMLElement, api: Api, where: Where, picked: (lng: number, lat: number) => void): Promise<PlaceMap> {
    const canvas = h("div", { class: "an-place-canvas" });
    container.append(canvas);
    const map = await baseMap(canvas, api, { bounds: where.box ?? EVERYWHERE, padding: 16 });
    map.getCanvas().setAttribute("aria-label", t("place.map"));
    const made = new PlaceMap(map, picked);
    canvas.append(h("span", { class: "an-place-cross", "aria-hidden": "true" }));
    container.append(h("p", { class: "an-place-keys" }, h("button", { type: "button", class: "btn btn-sm", onclick: () => made.pickMiddle() }, t("place.middle")), ` ${t("place.keys")}`));
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      made.pickMiddle();
    });
    if (where.name) made.mark(where.lng, where.lat, true);
    return made;
  }

  /** Shows a point that was typed or looked up. */
  mark(lng: number, lat: number, near = false): void {
    this.marker.setLngLat([lng, lat]);
    if (!this.shown) this.marker.addTo(this.map);
    this.shown = true;
    if (near) this.map.jumpTo({ center: [lng, lat], zoom: CLOSE });
    else if (!this.map.getBounds().contains([lng, lat])) this.map.panTo([lng, lat]);
  }

  private pickMiddle(): void {
    this.tell(this.map.getCenter());
  }

  private tell({ lng, lat }: { lng: number; lat: number }): void {
    this.mark(lng, lat);
    this.picked(lng, lat);
  }
}
