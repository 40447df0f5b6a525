/* view_diagram.h -- dots in columns and wires between them; between view_diagram.c,
 * which finds them, and view_network.c, which draws them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VIEW_DIAGRAM_H
#define GRADUS_VIEW_DIAGRAM_H

#include "face/view.h"

enum { DOT_NAME = 24 };

typedef struct {
    int     column;
    char    name[DOT_NAME];      /* "h[0]", "w5"                                   */
    double  value, grad;
    bool    has_value, has_grad;
    bool    active;              /* computed in this step                          */
    int64_t more;                /* stands for so many that are not shown          */
    int64_t at;                  /* element                                        */
    Point   place;               /* the drawer's own                               */
} Dot;

typedef struct {
    int    from, to;             /* dots                                           */
    double weight;               /* NAN: none                                      */
    bool   active, selected;
} Wire;

typedef struct {
    int   columns;
    char **head;                 /* name of each column; "" for none               */
    int   n_dot, cap_dot;
    Dot  *dot;
    int   n_wire, cap_wire;
    Wire *wire;
    int   active;                /* column that is computed, or -1                 */
} Diagram;

/* At most `most` dots in a column; the others fold into one. */
Diagram diagram_make(const ViewState *v, int most);
void    diagram_free(Diagram *g);

#endif
