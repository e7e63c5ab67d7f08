# SPDX-License-Identifier: Apache-2.0
"""森林火险气象 fire weather: the Canadian Forest Fire Weather Index System, daily and hourly.

The system's own units stay in the names: °C, %, km/h and mm. With nothing known it starts from FFMC 85, DMC 6, DC 15.
"""
