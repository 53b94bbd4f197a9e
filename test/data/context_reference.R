# Reference values of the tests context_*.sql, from caschools.csv.  Base R only
# (made with R 4.2.2); run in the repository's top folder:
#
#     Rscript test/data/context_reference.R SECTION
#
# Sections print rows of SQL VALUES; section schools writes the file
# test/data/caschools_reference.csv, a line a school.
options(digits = 17)
num <- function(x) ifelse(is.na(x), "NULL", sprintf("%.17g", x))
rows <- function(...) {
    line <- paste0("    (", paste(..., sep = ", "), ")")
    cat(paste(line, collapse = ",\n"), "\n", sep = "")
}

d <- read.csv("test/data/caschools.csv")
indicators <- c("calworks", "lunch", "english", "income", "expenditure")
x <- as.matrix(d[indicators])
d$score <- (d$read + d$math) / 2

section <- list(
    scale = function() {
        for (i in indicators) {
            v <- d[[i]]
            rows(paste0("'", i, "'"), num(mean(v)), num(sd(v)), num(min(v)), num(max(v)),
                 num(scale(v)[100]), num((rank(v)[100] - 0.5) / length(v)))
        }
    }
)

section[[commandArgs(trailingOnly = TRUE)[1]]]()
