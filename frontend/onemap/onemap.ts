// SPDX-License-Identifier: Apache-2.0
import "../shared/tokens.css";
import { readBoot } from "../shared/boot";
readBoot();
